"""What does not move: compounds, buildings, paths, grids, device places; and how they are read."""
