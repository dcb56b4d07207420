"""Whole streets and cities with people in them, for what only many things show."""
