"""What is read from a vendor's headers, and what is not."""

from datetime import UTC, datetime, timedelta

import pytest

from designer.providers.remote.headers import listening, note, told


@pytest.mark.parametrize(
    ("headers", "per_minute", "left"),
    [
        (
            {"x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "499"},
            {"requests": 500},
            {"requests": 499},
        ),
        (
            {"anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "7"},
            {"requests": 50},
            {"requests": 7},
        ),
        ({"x-ratelimit-limit-images": "5"}, {"images": 5}, {}),
        ({"ratelimit-limit": "9", "ratelimit-remaining": "8"}, {}, {"requests": 8}),
        ({"x-ratelimit-limit-requests": "-1", "x-ratelimit-remaining-requests": "1e9"}, {}, {}),
        ({"x-ratelimit-limit-requests": "9" * 400, "x-ratelimit-limit-tokens": "5"}, {}, {}),
    ],
)
def test_limits_are_read_from_the_names_that_vendors_use_and_nonsense_is_none(headers, per_minute, left):
    found = told(headers)
    assert (found.per_minute, found.left, found.pause_s) == (per_minute, left, 0)


def test_a_limit_that_is_used_up_asks_for_a_pause_until_its_reset():
    moment = (datetime.now(UTC) + timedelta(seconds=40)).isoformat()
    openai = told({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m30s"})
    anthropic = told(
        {"anthropic-ratelimit-requests-remaining": "0", "anthropic-ratelimit-requests-reset": moment},
    )
    assert openai.pause_s == 90
    assert 30 < anthropic.pause_s <= 40
    assert told({"ratelimit-remaining": "0", "ratelimit-reset": "9" * 12}).pause_s == 3600


def test_only_who_listens_hears_and_only_what_is_said_meanwhile():
    note({"x": "before"})
    with listening() as heard:
        note({"x": "while"})
        with listening() as inner:
            note({"x": "inside"})
    note({"x": "after"})
    assert (heard, inner) == ([{"x": "while"}], [{"x": "inside"}])
