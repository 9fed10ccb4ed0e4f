"""Responsibility lists: which duty is whose in a project, checked for gaps, signed by both sides in one version."""
