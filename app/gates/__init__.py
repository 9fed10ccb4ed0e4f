"""Gates between the phases of a project: what must be on record, opinions, decisions, what becomes owed."""
