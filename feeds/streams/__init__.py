"""A street's two Redis Streams: written, read, followed, mended."""
