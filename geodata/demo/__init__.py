"""The demo: a street of four compounds drawn by rule, and a city around them."""
