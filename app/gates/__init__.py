"""Gates between the phases of a project: what must be on record, opinions, decisions, and conditions that become owed."""
