"""Inspections of reports: samples, queries, findings, rectification, verdicts, the signed conclusion."""
