"""Contracts: versions with services, agreed levels and deduction terms; signed by both sides over one digest."""
