"""The database through time: revisions and the guards they set."""
