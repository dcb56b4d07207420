"""One machine: its processes, their settings, folders, ports and the embedded server."""
