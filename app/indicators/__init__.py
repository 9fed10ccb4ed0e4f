"""Indicators as data: what is measured, in which unit, for which periods, and under which source."""
