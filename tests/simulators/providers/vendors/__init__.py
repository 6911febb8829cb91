"""A module or more per vendor, each with `VENDOR` (its name, the first part of its path) and `ROUTES`."""
