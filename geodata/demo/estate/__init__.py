"""A compound drawn by rule into any outline."""
