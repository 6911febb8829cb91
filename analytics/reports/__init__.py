"""Reports: what a team made in some days, kept as a PDF and as tables, and mailed to whom it concerns."""
