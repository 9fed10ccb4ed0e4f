"""Admission of companies 准入: who may operate or build what, decided on evidence, for a time, on a register."""
