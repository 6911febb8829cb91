"""The scripted provider, for what learning does to the route."""

from tests.designer.generations.test_runner import script

__all__ = ["script"]
