"""Conditions of rules: expressions over named, typed facts, judged with three values, never with more than is known."""
