"""What people may ask for, who may ask it, and the events that carry it out."""
