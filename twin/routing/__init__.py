"""Ways: the network of a street, what stands in the way now, and the quickest way past it."""
