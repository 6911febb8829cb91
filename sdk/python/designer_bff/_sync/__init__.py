# Written by `manage.py write_contracts` from the same file in _async. Change that, not this.
"""The client, in the half that waits one call at a time or in the half for asyncio: see the folder's name."""
