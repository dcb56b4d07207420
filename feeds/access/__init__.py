"""Who may come in: people, programs and sources, and what is written down about it."""
