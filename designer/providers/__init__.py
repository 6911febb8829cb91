"""Image and language providers: one file per vendor, one protocol, one family of errors. No ORM, no Django."""
