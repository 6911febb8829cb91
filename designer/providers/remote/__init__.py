"""What the adapters of vendors share: a bounded HTTP client, the words of their failures, and looking at pictures.

It is a package, so that the registry, which imports the modules beside it, passes it by.
"""
