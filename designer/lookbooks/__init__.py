"""Collections on paper: a PDF to show and to hand over, one image a page."""
