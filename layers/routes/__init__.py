"""Ways as screens get them."""
