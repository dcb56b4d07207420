"""What comes in by HTTP: events of programs, commands of people, files of compounds."""
