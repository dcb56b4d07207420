"""Which screen for whom: Dash pages and the components they share; no state."""
