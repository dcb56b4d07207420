"""Addresses as people say them: taken apart, found on our own ground, written again."""
