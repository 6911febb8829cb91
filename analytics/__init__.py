"""Floor 5: analytics. Reads every table below and writes none; declared so that the import law already holds."""
