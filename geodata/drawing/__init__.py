"""The drawing board: what is drawn in metres, by the demo and by proposals, becomes a compound."""
