"""What cameras see, as screens get it."""
