"""Words of comments as HTML: a little markup, and nothing else of what is typed becomes an element."""

import time

import pytest

from teams.review.markup import rendered
from tests.security.test_stored_text import HOSTILE, Running


def words(text, *names):
    return rendered(text, names).replace(' dir="auto"', "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**wide** and *long*, _soft_", "<p><strong>wide</strong> and <em>long</em>, <em>soft</em></p>"),
        ("***both***", "<p>*<strong>both</strong>*</p>"),
        ("2 * 3 * 4 and snake_case_name", "<p>2 * 3 * 4 and snake_case_name</p>"),
        ("`**no** <b>`", "<p><code>**no** &lt;b&gt;</code></p>"),
        ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("- a\n- *b*\nend", "<ul><li>a</li><li><em>b</em></li></ul><p>end</p>"),
        ("1. a\n2) b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. a", '<ol start="3"><li>a</li></ol>'),
        (
            "[hem](https://example.org/a?b=1&c=2)",
            '<p><a href="https://example.org/a?b=1&amp;c=2" rel="nofollow noopener">hem</a></p>',
        ),
        (
            "See http://example.org/hem.",
            '<p>See <a href="http://example.org/hem" rel="nofollow noopener">http://example.org/hem</a>.</p>',
        ),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        (
            "![x](https://example.org/a.png)",
            '<p>!<a href="https://example.org/a.png" rel="nofollow noopener">x</a></p>',
        ),
        ("<b>bold</b> & \"so\" 'on'", "<p>&lt;b&gt;bold&lt;/b&gt; &amp; &quot;so&quot; &#x27;on&#x27;</p>"),
    ],
)
def test_what_is_written_is_shown_so(text, html):
    assert words(text) == html


def test_names_are_marked_where_the_comment_mentions_them_and_the_longest_one_wins():
    assert words("@Ada Lovelace and @Ada", "Ada", "Ada Lovelace") == (
        '<p><span class="mention">@Ada Lovelace</span> and <span class="mention">@Ada</span></p>'
    )
    assert words("@Adam a@Ada.example @Bob", "Ada") == "<p>@Adam a@Ada.example @Bob</p>"


@pytest.mark.parametrize("text", [*HOSTILE, '[a" onclick="x](https://e.example/"onclick="x)', "**<img src=x>**"])
def test_nothing_that_is_typed_runs(text):
    assert Running(rendered(text, [text])).found == []


@pytest.mark.parametrize(
    "part", ["*", "**", "_", "`", "[", "[a](", "@", "https://", "*a ", "[a](https://b", "- ", "\n"]
)
def test_no_text_takes_long(part):
    def took(length: int) -> float:
        began = time.process_time()
        rendered((part * length)[:length], ["a"] * 20)
        return time.process_time() - began

    assert took(80_000) < 40 * max(took(10_000), 0.001)  # eight times as long in time, not in its square
