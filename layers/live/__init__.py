"""The live socket: the state store, groups of screens that see the same, frames."""
