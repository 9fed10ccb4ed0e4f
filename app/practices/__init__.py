"""Provincial practices: a way of managing and operating that a project or contract follows, with its own rules."""
