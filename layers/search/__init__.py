"""Search: an index of names, looked through by what is written and by how it sounds."""
