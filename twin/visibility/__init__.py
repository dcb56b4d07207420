"""What cameras see: optics, fields of view, coverage, and windows that nobody may look into."""
