"""The demo's world: devices, people and stories that behave like real ones."""
