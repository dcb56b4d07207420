"""What browsers ask for over HTTP, each answer filtered by the asker's territory."""
