"""What a screen shows: pure projections of the twin as map layers, frames and panel values."""
