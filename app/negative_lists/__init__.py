"""Negative lists: items judged at gates over live facts, answers of people, runs that stay, exemptions that end."""
