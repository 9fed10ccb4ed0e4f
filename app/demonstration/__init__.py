"""The demonstration province: generated through the same actions as people use, under a set clock."""
