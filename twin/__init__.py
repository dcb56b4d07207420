"""What is true, what follows, and what may be asked: pure; no clocks, no sockets, no files."""
