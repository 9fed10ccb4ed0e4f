"""Calculations on what is typed in, stored nowhere: the very functions that deadlines and scores are computed with."""
