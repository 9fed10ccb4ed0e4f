"""Rules as data: YAML files that are checked as a whole, then stored as versions that nobody edits."""
