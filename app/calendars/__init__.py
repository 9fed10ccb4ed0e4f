"""Working days, working sessions and the deadlines that are counted in them."""
