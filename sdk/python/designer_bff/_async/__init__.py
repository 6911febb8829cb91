"""The client, in the half that waits one call at a time or in the half for asyncio: see the folder's name."""
