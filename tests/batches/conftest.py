"""What the tests of batches stand on."""

from collections.abc import Iterator

import pytest

from tests import scripted


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[type[scripted.Scripted]]:
    """A provider that answers what the test wrote down."""
    with scripted.scripted(monkeypatch) as kind:
        yield kind
