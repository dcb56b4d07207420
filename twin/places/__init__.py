"""What does not move: compounds, their parts and territories, and where they lie."""
