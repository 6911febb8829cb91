"""Kinds of jobs that only these tests know, removed again after each."""

import uuid

import pytest

from designer.jobs import handlers


@pytest.fixture
def team_id() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def kinds():
    """The handler registers as they were; whatever a test files is forgotten afterwards."""
    registers = (
        handlers.HANDLERS,
        handlers.FINISHERS,
        handlers.REPLAYERS,
        handlers.DELAYERS,
        handlers.ABILITIES,
    )
    before = [dict(register) for register in registers]
    yield handlers
    for register, kept in zip(registers, before, strict=True):
        register.clear()
        register.update(kept)
