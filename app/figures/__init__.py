"""Figures: what was measured, who reported it from which file, who verified it; events, flags and closed periods."""
