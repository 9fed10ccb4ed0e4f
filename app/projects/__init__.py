"""Projects: what an agency declares, how it is decided, and every step from there to operation and exit."""
