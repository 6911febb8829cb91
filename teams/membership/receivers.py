"""What membership hears: a new account gets its personal team."""
