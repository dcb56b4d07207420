"""The engine: one active process a street derives what follows and writes it down."""
