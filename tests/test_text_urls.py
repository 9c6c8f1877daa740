"""Addresses: the cases are rows of tests/corpus/urls.tsv (function, input, base, expected, why).

A "-" is None, {U+202E} stands for a character that cannot be seen. The functions "same" and
"different" compare the canonical keys of input and expected.
"""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.text import urls


def seen(cell: str) -> str:
    return re.sub(r"\{U\+([0-9A-F]{4})\}", lambda m: chr(int(m[1], 16)), cell)


LINES = (Path(__file__).parent / "corpus/urls.tsv").read_text("utf-8").split("\n")[1:-1]
ROWS = [[seen(cell) for cell in line.split("\t")] for line in LINES]
# RFC 3986 appendix A, for http and https, without user names.
PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
RFC_3986 = re.compile(
    r"https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?"
    rf"(?:/{PCHAR}*)*(?:\?(?:{PCHAR}|[/?])*)?(?:#(?:{PCHAR}|[/?])*)?"
)
# Pieces that addresses break on, and any text.
PIECES = st.sampled_from(
    r"http https : // / \ ? # % %41 & = @ [ ] .. . example.org www. ä ه utm_source=x :80 xn--".split()
) | st.sampled_from(" \n\x00\u202e")
ADDRESSES = st.lists(PIECES | st.text(max_size=4), max_size=12).map("".join)


def answer(function: str, text: str, base: str | None) -> str:
    match function:
        case "absolute":
            return urls.absolute(text, base) or "-"
        case "is_homepage":
            return "yes" if urls.is_homepage(text) else "no"
        case _:
            return getattr(urls, function)(text)


@pytest.mark.parametrize(("function", "text", "base", "expected", "why"), ROWS)
def test_a_row_of_the_corpus_holds(function, text, base, expected, why):
    if function in {"same", "different"}:
        equal = urls.canonical(text) == urls.canonical(expected)
        assert equal is (function == "same"), why
    else:
        assert answer(function, text, None if base == "-" else base) == expected, why


def test_no_address_has_no_absolute_form():
    assert urls.absolute(None, "https://example.org/") is None


def test_an_endless_address_is_none():
    assert urls.absolute("https://example.org/" + "a" * 8000, None) is not None
    assert urls.absolute("https://example.org/" + "a" * 9000, None) is None
    assert urls.absolute("https://example.org/" + "ه" * 4000, None) is None


@given(ADDRESSES, st.none() | st.just("https://example.org/a/b?c#d") | ADDRESSES)
def test_what_is_absolute_is_a_valid_uri_and_stays_as_it_is(text, base):
    found = urls.absolute(text, base)
    if found is not None:
        assert RFC_3986.fullmatch(found)
        assert urls.absolute(found, None) == found


@given(ADDRESSES)
def test_dropping_tracking_twice_is_dropping_it_once(text):
    once = urls.without_tracking(text)
    assert urls.without_tracking(once) == once


@given(ADDRESSES)
def test_an_address_and_its_absolute_form_have_one_key(text):
    found = urls.absolute(text, None)
    if found is not None:
        assert urls.canonical(found) == urls.canonical(text)


@given(st.text(max_size=40))
def test_a_slug_has_one_key_raw_and_encoded(slug):
    raw = "https://example.org/" + slug.replace("%", "")
    encoded = urls.absolute(raw, None)
    assert encoded is None or urls.canonical(raw) == urls.canonical(encoded)


@given(st.text(max_size=60))
def test_a_domain_is_found_in_any_host_without_an_error(host):
    assert isinstance(urls.registrable_domain(host), str)


@pytest.mark.parametrize(
    "text",
    [
        "https://" * 1_000,
        "https://example.org/" + "%" * 8_000,
        "https://example.org/" + "../" * 2_000,
        "https://" + "ä" * 8_000,
        " " * 8_000 + "x",
        "https://example.org/?" + "utm_a&" * 1_300,
        "a" * 10_000_000,
    ],
    ids=lambda text: text[:24],
)
def test_hostile_addresses_take_no_time(text):
    started = time.process_time()
    urls.absolute(text, "https://example.org/")
    urls.canonical(text[:8_000])
    urls.without_tracking(text[:8_000])
    assert time.process_time() - started < 1
