"""Rules edited on the web: drafted, reviewed by a second person, published from a day as a new version."""
