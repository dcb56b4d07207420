"""The one door of the web server: who is asking, from where, under which name, and for how long."""
