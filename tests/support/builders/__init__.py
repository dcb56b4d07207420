"""Small places, twins, events and files, made by name where a test needs them."""
