"""Tests of the room ``geodata``."""
