"""Tests of the room ``twin``."""
