"""Assessments: scores, grades and deductions of a contract's periods, from computed to final."""
