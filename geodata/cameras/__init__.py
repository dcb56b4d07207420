"""The camera placer: where cameras of a drawn compound stand, and where they look."""
