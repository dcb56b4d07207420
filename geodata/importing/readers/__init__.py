"""Readers: files of any format to features in WGS-84."""
