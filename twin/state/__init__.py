"""What is true now: records, what each event does to them, and what it must satisfy first."""
