"""Runs the jobs in a process of its own; any number may run."""
