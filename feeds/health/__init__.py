"""What the service knows of itself and must say: conditions, and the looks that find them."""
