"""Files of a compound in, a working twin out, or a report why not."""
