"""The map's style, computed here as data."""
