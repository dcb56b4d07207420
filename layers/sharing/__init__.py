"""Out to others: everything static and live as collections of features with typed properties."""
