"""Documents on paper: blocks of text and tables, set as PDF and as Word, the same bytes every time."""
