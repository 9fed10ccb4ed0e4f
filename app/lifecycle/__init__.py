"""Transition tables, and tasks with working-day deadlines."""
