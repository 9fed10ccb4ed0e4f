"""The ground every room stands on: database, clock, errors, permissions, web frame."""
