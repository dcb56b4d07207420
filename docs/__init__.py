"""Documentation in four kinds: tutorial, how-to, explanation, reference."""
