"""Regions, organisations, the sides they may hold, and who controls whom."""
