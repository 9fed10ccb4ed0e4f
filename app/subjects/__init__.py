"""Subjects: one row for each contract or project, who its parties are, and who has acted for which side."""
