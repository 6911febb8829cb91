"""One record is one line, and holds no secret."""

import json
import logging

import pytest

from designer.web.logs import cleaned, formatter


def line(message: str, as_json: bool = True, **more: object) -> str:
    record = logging.LogRecord("room", logging.INFO, "file.py", 1, message, None, None)
    record.__dict__.update(more)
    return formatter(as_json).format(record)


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x1b[2K\x1b[1G", "\x85", "\x00"])
def test_a_value_cannot_forge_a_line(end, as_json):
    shown = line(f"uploaded a.jpg{end}2026-11-23 [info] signed in as root", as_json)
    assert len(shown.splitlines()) == 1
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET /api/x?token=abcdef123456&page=2", "abcdef123456"),
        ("Authorization: Bearer dbff_q8d7sYx0aaaa", "q8d7sYx0aaaa"),
        ("key dbff_q8d7sYx0aaaa refused", "q8d7sYx0aaaa"),
        ("connect redis://default:hunter22@10.0.0.1/0", "hunter22"),
        ("body password=hunter22 next", "hunter22"),
        ("POST /accounts/password/reset/key/1?code=zz-99", "zz-99"),
    ],
)
def test_a_secret_is_masked(text, secret):
    assert secret in text
    assert secret not in line(text)
    assert secret not in line(text, as_json=False)


def test_fields_named_for_secrets_are_masked_however_deep():
    assert cleaned({"user": "ada", "headers": {"Cookie": "abc", "x-api-key": ["k"]}, "password": b"x"}) == {
        "user": "ada",
        "headers": {"Cookie": "***", "x-api-key": ["k"]},
        "password": "***",
    }


def test_what_is_no_secret_stays():
    assert (
        json.loads(line("made 3 images of generation 7f in 1.5 s"))["event"]
        == "made 3 images of generation 7f in 1.5 s"
    )


def test_a_traceback_keeps_its_lines_and_loses_its_secrets():
    try:
        raise ValueError("postgres://app:hunter22@db/app \x1b[31m")
    except ValueError as error:
        shown = json.loads(line("failed", exc_info=(ValueError, error, error.__traceback__)))["exception"]
    assert "test_logs.py" in shown and "\n" in shown
    assert "hunter22" not in shown and "\x1b" not in shown
