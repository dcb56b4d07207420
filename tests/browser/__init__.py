"""The whole product in real browsers: what a person sees and does."""
