"""How facts reach us and requests reach the world; all sockets live here."""
