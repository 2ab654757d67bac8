"""The catalog's own format, one JSON Schema a kind of entry, for editors and other programs."""
