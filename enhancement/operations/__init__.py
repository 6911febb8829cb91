"""What can be done to a picture: each operation states its parameters, its price in seconds, and its limits."""
