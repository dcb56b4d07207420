"""The registry of map layers: a row each, with the projections of those that have some."""
