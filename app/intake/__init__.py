"""Taking in what exists: projects and contracts from a spreadsheet, at the phase they have reached, without a past."""
