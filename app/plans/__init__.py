"""Plans: which scheme judges which periods of a contract and how outages are counted, agreed by both sides."""
