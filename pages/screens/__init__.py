"""The pages people look at, and the skeleton they share."""
