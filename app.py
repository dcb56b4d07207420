"""Who is plugged into whom: command line, settings, start-up."""
