"""HTML: pairs of files in tests/corpus/html, titles in tests/corpus/titles.tsv, and properties."""

import re
import time
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Html, Text
from aggregator.text import elements, html
from aggregator.text.markup import Walk
from aggregator.text.urls import absolute

CORPUS = Path(__file__).parent / "corpus"
PAIRS = sorted(path.name.removesuffix(".in.html") for path in (CORPUS / "html").glob("*.in.html"))
BASE = "https://example.com/news/article"


def seen(cell: str) -> str:
    """Read {U+202E} as the character, which could not be seen in the file."""
    return re.sub(r"\{U\+([0-9A-F]{4})\}", lambda m: chr(int(m[1], 16)), cell)


TITLES = [
    [seen(cell) for cell in line.split("\t")]
    for line in (CORPUS / "titles.tsv").read_text("utf-8").split("\n")[1:-1]
]

# What may come out, written down once more and independently of the walk that makes it.
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-z]+=\"[^\"<>]*\")*)>")
PUBLISHED = {
    **dict.fromkeys(
        "abbr address aside b bdi blockquote br caption cite code col colgroup dd del details dfn div"
        " dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p picture pre q rp rt"
        " ruby s samp section small span strong sub summary sup table tbody td tfoot th thead time tr"
        " u ul var wbr".split(),
        "cite colspan datetime reversed rowspan span start value",
    ),
    "a": "href rel",
    "img": "src alt srcset sizes width height",
    "source": "src srcset sizes type media",
    "video": "src poster controls width height",
    "audio": "src controls width height",
}
VOID = {"br", "col", "hr", "img", "source", "wbr"}
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u206f\ufdd0-\ufdef\ufffd\ufffe\uffff]")  # fmt: skip


def check_published(markup: str) -> None:
    """Assert what the module promises of all that it makes."""
    assert not UNWANTED.search(markup)
    assert "<" not in TAG.sub("", markup)
    assert ">" not in TAG.sub("", markup)
    stack: list[str] = []
    for closing, name, attributes in TAG.findall(markup):
        if closing:
            assert stack.pop() == name
        elif name not in VOID:
            stack.append(name)
        allowed = {*PUBLISHED[name].split(), "dir", "lang", "title"}
        for attribute, value in re.findall(r' ([a-z]+)="([^"]*)"', attributes):
            assert attribute in allowed
            if attribute in {"href", "src", "poster", "cite"}:
                assert absolute(unescape(value), None) == unescape(value)
            if attribute == "dir":
                assert value in {"ltr", "rtl", "auto"}
    assert not stack
    assert "<a " not in re.sub(r"<a href=", "", markup)
    assert "<img>" not in markup


@pytest.mark.parametrize("name", PAIRS)
def test_a_body_of_the_corpus_becomes_what_stands_beside_it(name):
    written = (CORPUS / "html" / f"{name}.in.html").read_text("utf-8")
    expected = (CORPUS / "html" / f"{name}.out.html").read_text("utf-8").rstrip("\n")
    found = html.sanitize(written, base=BASE)
    assert found == expected
    assert html.sanitize(found, base=None) == found
    check_published(found)


def test_every_file_of_the_corpus_has_its_pair():
    ends = {".in.html", ".out.html"}
    files = {path.name for path in (CORPUS / "html").iterdir()}
    assert files == {name + end for name in PAIRS for end in ends}


@pytest.mark.parametrize(("kind", "title", "expected", "why"), TITLES)
def test_a_title_of_the_corpus_is_read(kind, title, expected, why):
    assert html.text_of(Text(value=title, html=kind == "html")) == expected, why


# --- properties -----------------------------------------------------------------------------

NAMES = st.sampled_from(
    sorted({*elements.TAGS, *elements.VANISHING, "iframe", "noscript", "object", "bdo", "font"})
) | st.sampled_from("nobr marquee mtext foo body title".split())
ATTRIBUTES = st.sampled_from(
    """ href="/a"| href="javascript:x"| href="#x"| src="/i.png"| src="data:x"| data-src=/l.jpg
    | srcset="/a 1x, /b 2x"| width=1| title='"<b>&amp;'| dir=rtl| onclick=x| style=x| cite="/q"
    | lang=ckb| colspan=2| poster="/p"| alt| a"b| /|""".split("|")
)
OPENING = st.builds(lambda name, one, two: f"<{name}{one}{two}>", NAMES, ATTRIBUTES, ATTRIBUTES)
CLOSING = NAMES.map(lambda name: f"</{name}>")
CONTENT = st.sampled_from(
    'x|&nbsp;|&amp;|&lt;b&gt;|<|>|"|سڵاو|&#x202e;|&#0;|<!--|-->|<![CDATA[|]]>|</|<?'.split("|")
) | st.sampled_from(" \n\r\x00\x85\u0338\u200b\u202e\ufffd\ud800")
SOUP = st.lists(OPENING | CLOSING | CONTENT | st.text(max_size=3), max_size=24).map("".join)


@given(SOUP)
def test_any_soup_becomes_markup_that_may_be_published_and_is_a_fixed_point(soup):
    found = html.sanitize(soup, base=BASE)
    check_published(found)
    assert html.sanitize(found, base=BASE) == found
    assert html.sanitize(found, base=None) == found


@given(SOUP)
def test_without_media_leaves_no_media_and_all_promises(soup):
    found = html.without_media(html.sanitize(soup, base=BASE))
    check_published(found)
    assert not re.search(r"<(?:img|picture|video|audio|source)\b", found)
    assert html.without_media(found) == found


@given(SOUP)
def test_text_read_from_any_soup_is_clean_and_without_empty_lines(soup):
    text = html.plain(soup)
    lines = text.split("\n") if text else []
    assert all(line and line == html.clean_text(line) for line in lines)
    assert html.text_of(Text(value=soup)).count("\n") == 0


@given(st.text())
def test_escaped_text_comes_back_as_it_was_but_for_what_may_not_be_published(text):
    assert html.plain(f"<p>{html.escape(text)}</p>").split() == html.clean_text(text).split()
    assert not set("<>\"'") & set(html.escape(text))


@given(st.text())
def test_a_plain_body_keeps_its_words_and_is_sanitized_already(text):
    body = html.from_plain(text)
    check_published(body)
    assert html.plain(body).split() == html.clean_text(text).split()
    assert html.sanitize(body, base=None) == body


@given(st.text())
def test_cleaning_text_twice_is_cleaning_it_once(text):
    once = html.clean_text(text)
    assert html.clean_text(once) == once
    assert once.splitlines() in ([], [once])
    assert not UNWANTED.search(once)


# --- the rest of the interface --------------------------------------------------------------


def test_relative_addresses_without_a_base_are_dropped():
    written = '<a href="/x">x</a><img src="y.png"><a href="https://example.org/">z</a>'
    found = html.sanitize(written, base=None)
    assert found == 'x<a href="https://example.org/" rel="noopener noreferrer nofollow ugc">z</a>'


def test_plain_ends_lines_at_blocks_and_parts_cells():
    written = (
        "<h2>A&amp;B</h2><p>one\ntwo<br>three</p><table><tr><td>4</td><td>5</td></tr></table>"
    )
    assert html.plain(written) == "A&B\none two\nthree\n4 5"


def test_plain_leaves_out_what_is_not_said():
    written = "<p>a<script>b</script><video>c</video><svg><text>d</text></svg></p>"
    assert html.plain(written) == "a"


def test_paragraphs_are_blocks_without_captions():
    body = html.sanitize(
        '<figure><img src="/a.jpg"><figcaption>Photo: x</figcaption></figure><p>One.</p><p>Two.</p>',
        base=BASE,
    )
    assert html.paragraphs(body) == ("One.", "Two.")
    assert html.paragraphs(Html("")) == ()


def test_a_plain_body_has_paragraphs_and_line_breaks():
    assert (
        html.from_plain("One <1>\ntwo\n \n\nthree")
        == "<p>One &lt;1&gt;<br>\ntwo</p>\n<p>three</p>"
    )
    assert html.from_plain(" \n ") == ""


def test_images_are_named_once_and_in_order():
    body = html.sanitize(
        '<img src="/b.jpg?x=1&amp;y=2"><p>t</p><img src="/a.jpg"><p>t</p><img src="/b.jpg?x=1&y=2">',
        base=BASE,
    )
    assert html.images(body) == ("https://example.com/b.jpg?x=1&y=2", "https://example.com/a.jpg")


def test_without_media_takes_captions_and_empty_links_along():
    body = html.sanitize(
        '<figure><a href="/g"><img src="/a.jpg"></a><figcaption>Photo</figcaption></figure>'
        '<p><img src="/b.jpg"> Text <a href="/c">link</a></p><video src="/v.mp4"></video>'
        "<figure><blockquote>Said</blockquote><figcaption>Who</figcaption></figure>",
        base=BASE,
    )
    assert html.without_media(body) == (
        '<p> Text <a href="https://example.com/c" rel="noopener noreferrer nofollow ugc">link</a></p>'
        "<figure><blockquote>Said</blockquote><figcaption>Who</figcaption></figure>"
    )


@pytest.mark.parametrize(
    "tag", ["<script>", "<SVG onload=x>", "<svg/onload=x>", "<!--", "<iframe>"]
)
def test_the_walk_writes_no_tag_that_an_older_parser_left_in_an_attribute(tag):
    found = Walk(None).through(f'<p title=">{tag}x</p></p></p>y')
    assert not re.search(r"<(?:script|svg|!|iframe)", found, re.IGNORECASE)


# --- hostile sizes --------------------------------------------------------------------------

HOSTILE = {
    "nesting": "<div>" * 100_000,
    "nested paragraphs": "<b><p>" * 20_000,
    "formatting never closed": "".join(f"<p><b title={i}>x" for i in range(5_000)),
    "formatting before blocks": "".join(f"<font size={i}>" for i in range(20_000))
    + "<p>x" * 20_000,
    "formatting in cells": "<b title=1><table><td></b></table>" * 20_000,
    "attributes": "<p " + " ".join(f"a{i}=1" for i in range(300_000)) + ">x",
    "tables": "<table><tr><td>" * 20_000,
    "ampersands": "&" * 300_000,
    "less-than signs": "<" * 200_000,
    "open tags": "<a " * 300_000,
    "open quotes": '<a b="' * 200_000,
    "comments": "<!--" * 300_000,
    "frames": "<iframe src=https://example.org/>" * 20_000,
    "srcset": '<img srcset="' + "a 1x," * 500_000 + '">',
    "one long address": '<a href="https://example.org/' + "a" * 5_000_000 + '">x</a>',
    "one long image": '<img src="data:image/png;base64,' + "A" * 5_000_000 + '">',
    "ten megabytes of text": "word " * 2_000_000,
    "footers": '<p>The post <a href="/a">a</a> appeared first on <a href="/b">b</a>.</p>' * 3_000,
    "escaped tags": "&lt;p " * 300_000 + "&lt;/p&gt;",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bodies_are_done_in_time_in_proportion_to_their_size(body):
    started = time.process_time()
    found = html.sanitize(body, base=BASE)
    html.plain(body)
    html.text_of(Text(value=body))
    html.without_media(found)
    html.paragraphs(found)
    # The slowest takes 2 s on a small machine; quadratic behavior would take minutes.
    assert time.process_time() - started < 20
    if len(found) < 200_000:
        check_published(found)


def test_a_very_big_article_keeps_its_markup():
    item = '<h3>10:42</h3><p>Text <b>bold</b> &amp; <a href="/x?a=1&b=2" title=\'"q"\'>link</a><p>More<ul><li>1<li>2</ul>'
    small = html.sanitize(item * 10, base=BASE)
    assert html.sanitize(item * 1_000, base=BASE) == small * 100


def test_very_deep_nesting_keeps_the_text():
    assert html.plain(html.sanitize("<div>" * 5_000 + "deep", base=BASE)) == "deep"
    assert html.sanitize("<div>" * 5_000 + "deep", base=BASE).count("<div>") <= elements.DEPTH
