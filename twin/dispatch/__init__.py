"""Who should go, and how long each needs."""
