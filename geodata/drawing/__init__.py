"""Buildings, doors and cameras as they are drawn in metres, by the demo and by proposals."""
