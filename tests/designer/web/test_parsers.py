"""What is JSON here, and what is refused with which word."""

import json

import pytest
from rest_framework.exceptions import ParseError

from designer.web.parsers import MAX_BYTES, parsed, too_deep

BAD = {
    "nothing": (b"", "not_json"),
    "depth 10,000": (b"[" * 10_000 + b"]" * 10_000, "too_deep"),
    "depth 10,000, objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep"),
    "depth 33": (b"[" * 33 + b"]" * 33, "too_deep"),
    "never closed": (b"[" * 500_000, "too_deep"),
    "a key twice": (b'{"n": 1, "n": 2}', "duplicate_key"),
    "a key twice, escaped": (b'{"n": 1, "\\u006e": 2}', "duplicate_key"),
    "ten to the 400": (b'{"n": 1' + b"0" * 400 + b"}", "number_too_large"),
    "a number as long as the body": (b"9" * 1_000_000, "number_too_large"),
    "1e999": (b'{"n": 1e999}', "number_too_large"),
    "NaN": (b'{"n": NaN}', "not_json"),
    "Infinity": (b'{"n": -Infinity}', "not_json"),
    "trailing words": (b"{} and more", "not_json"),
    "two values": (b"{}{}", "not_json"),
    "a comma too many": (b"[1,]", "not_json"),
    "single quotes": (b"{'a': 1}", "not_json"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "not_json"),
    "latin 1": (b'{"a": "\xe9"}', "not_utf8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not_utf8"),
    "NUL": (b'{"a": "\\u0000"}', "unfit_text"),
    "half a character": (b'{"a": ["\\ud800"]}', "unfit_text"),
    "half a character as a key": (b'{"\\uDFFF": 1}', "unfit_text"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_json_is_refused_by_a_code_of_its_own(name):
    body, code = BAD[name]
    with pytest.raises(ParseError) as caught:
        parsed(body)
    assert caught.value.get_codes() == code


def test_the_field_with_an_unfit_text_is_named(client_of):
    answer = client_of("editor").post(
        "/api/generations", b'{"brief": "a", "palette": ["red", "\\u0000"]}', content_type="application/json"
    )
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "palette[1]")


@pytest.mark.parametrize(
    "value",
    [{}, [], None, True, "x", 0, -1.5e10, {"a": [{"b": "[[[[" * 100}]}, '\\"[{', "👗", json.loads("[" * 32 + "]" * 32)],
)
def test_good_json_means_what_it_says(value):
    assert parsed(json.dumps(value).encode()) == value
    assert parsed(json.dumps(value, ensure_ascii=False).encode()) == value


def test_depth_is_counted_outside_of_strings_alone():
    assert not too_deep(b'["' + b"[" * 1000 + b'\\"]"]')
    assert too_deep(b'{"a":[' * 17 + b"]}" * 17)
    assert not too_deep(b'{"a":[' * 16 + b"]}" * 16)


def test_a_body_over_the_limit_is_refused_before_it_is_parsed(client_of):
    answer = client_of("editor").post("/api/personas", b"[" * (MAX_BYTES + 1), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) in ((400, "too_large"), (413, "too_large"))


@pytest.mark.parametrize(
    ("body", "kind"), [(b"name=x", "application/x-www-form-urlencoded"), (b"<a/>", "text/xml"), (b"{}", "")]
)
def test_only_json_is_read(body, kind, client_of):
    answer = client_of("editor").post("/api/personas", body, content_type=kind)
    assert answer.status_code in (400, 415)
    assert answer["Content-Type"] == "application/problem+json"
