"""OGC API - Features over everything that is shared."""
