"""One module per vendor, each with `VENDOR` (its name, and the first part of its path) and `ROUTES`."""
