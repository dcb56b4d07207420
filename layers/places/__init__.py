"""A compound, a district and the inside of a building as the browser gets them once."""
