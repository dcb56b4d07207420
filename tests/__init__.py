"""Tests mirror the rooms file by file; names are sentences."""
