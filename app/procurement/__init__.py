"""Procurement of a project: how each purchase was made, with its statutory deadlines, and what was awarded to whom."""
