"""What is true, what follows from it, and what may be asked: pure, no clocks, no sockets, no files."""
