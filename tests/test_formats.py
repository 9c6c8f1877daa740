"""What holds of a page in every format, whatever comes in: rights, sizes, well-formedness."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from aggregator.model import (
    AtomId,
    Edition,
    Enclosure,
    Entry,
    EntryKey,
    Extent,
    Feed,
    FeedMeta,
    Identity,
    Images,
    Origin,
    Person,
    Published,
    Rights,
    Site,
    Source,
)
from aggregator.syndicate import atom, jsonfeed, rss
from aggregator.syndicate.editions import LIMIT, page
from aggregator.text.html import sanitize
from tests.cutting import cutter

FORMATS = (atom, rss, jsonfeed)
SITE = Site(title="S", url="https://s.example", owner_name="O", owner_email="o@s.example")
SHOWN = Edition(tag="ku", title="K", languages=("kmr", "ckb"), words="kmr")
NOON = datetime(2025, 7, 13, 12, tzinfo=UTC)
PATIENT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def source(allows=Extent.FULL, images=Images.LINK):
    return Source(
        id="s",
        name="Outlet",
        feeds=(Feed(key="", candidates=("https://a.example/feed",)),),
        rights=Rights(allows=allows, images=images),
    )


def entry(**changes):
    whole = Entry(
        key=EntryKey(source_id="s", guid="1"),
        identity=Identity.HASH,
        digest="1:0",
        address=None,
        same_story=None,
        link="https://a.example/1",
        title="A title",
        standfirst="",
        body=sanitize("", base=None),
        published=NOON,
        updated=NOON,
        byline=(),
        lead_image=None,
        enclosures=(),
        categories=(),
        rights=None,
        license=None,
        language="ckb",
        language_reason="prior",
        origin=None,
    )
    return replace(whole, **changes)


def published(number, of, meta=FeedMeta(), first=NOON, last=NOON):  # noqa: B008 - frozen
    return Published(
        sequence=number,
        id=AtomId(f"tag:s.example,2025:{number}"),
        emitted=NOON,
        link=of.link,
        language="ckb",
        published=first,
        updated=last,
        entry=of,
        source_id="s",
        source_meta=meta,
        source_updated=None,
    )


def rendered(window, outlet):
    """Render one page in every format, each at its own path."""
    laid = page(SITE, SHOWN, window, cut_to=cutter(SITE, {"s": outlet}), created=NOON)
    documents = [form.render(replace(laid, path=f"ku/{form.NAME}")) for form in FORMATS]
    return laid, {document.path: document.body for document in documents}


# --- rights ---------------------------------------------------------------------------------

# Every word of a body is `secretN`, every file `fileN`; no name, label or title holds either.
MARKED = re.compile(r"(?:secret|file)\d+")
AROUND = st.sampled_from(
    ["{}", "<b>{}</b>", "<i>{}</i>,", "<a href='https://a.example/x'>{}</a>", "“{}”."]
)


@st.composite
def bodies(draw):
    """Make a body of marked words, in paragraphs with inline markup and pictures between them."""
    number, parts = 0, []
    for length in draw(st.lists(st.integers(1, 90), min_size=1, max_size=4)):
        words = []
        for _ in range(length):
            words.append(f"secret{number}")
            number += 1
        if draw(st.booleans()):
            words[0] = draw(AROUND).format(words[0])
        parts.append(f"<p>{' '.join(words)}</p>")
        if draw(st.booleans()):
            parts.append(
                f"<p><img src='https://a.example/file{number}.jpg' alt='secret{number}'></p>"
            )
    return sanitize("".join(parts), base=None)


FILES = st.lists(
    st.builds(
        Enclosure,
        url=st.integers(1000, 1009).map(lambda n: f"https://a.example/file{n}"),
        media_type=st.sampled_from([None, "image/png", "audio/mpeg"]),
    ),
    max_size=3,
).map(tuple)


@PATIENT
@given(
    body=bodies(),
    standfirst=st.sampled_from(["", "What it is about."]),
    files=FILES,
    made=st.booleans(),
    allows=st.sampled_from([Extent.HEADLINE, Extent.EXCERPT]),
    images=st.sampled_from(Images),
)
def test_no_format_says_more_of_a_text_than_its_source_allows(
    body, standfirst, files, made, allows, images
):
    title = {"title": "secret0 secret1…", "flags": ("title-missing",)} if made else {}
    lead = files[0] if files else None
    whole = entry(body=body, standfirst=standfirst, enclosures=files, lead_image=lead, **title)
    _, documents = rendered([published(1, whole)], source(allows, images))
    # The first 60 words; a first sentence of up to 90 is left whole.
    first = {f"secret{number}" for number in range(90)}
    may = set() if allows is Extent.HEADLINE else {"secret0", "secret1"} if standfirst else first
    if images is Images.LINK:
        may |= {file.url.rpartition("/")[2] for file in files}
    for path, document in documents.items():
        assert set(MARKED.findall(document.decode())) <= may, path


@PATIENT
@given(body=bodies(), files=FILES, images=st.sampled_from(Images))
def test_every_format_says_all_of_a_text_that_may_be_said(body, files, images):
    _, documents = rendered(
        [published(1, entry(body=body, enclosures=files))], source(images=images)
    )
    said = set(MARKED.findall(body)) | {file.url.rpartition("/")[2] for file in files}
    if images is not Images.LINK:
        said = set(MARKED.findall(re.sub(r"<img[^>]*>", "", body)))
    for path, document in documents.items():
        found = set(MARKED.findall(document.decode()))
        assert said <= found, path
        if images is not Images.LINK:
            assert not {word for word in found if word.startswith("file")}


# --- whatever comes in ----------------------------------------------------------------------

ANY_TEXT = (
    st.text(max_size=60)
    | st.text(st.characters(), max_size=60)
    | st.sampled_from(
        ["<b>", "&amp;", "&lt", "]]>", "\ud800", "\u202e", "\0", "سەرچاوە: SDF", "</title>"]
    )
)
ADDRESSES = st.none() | ANY_TEXT.map(lambda text: f"https://a.example/{text}")
ZONES = st.just(UTC) | st.builds(
    timezone, st.timedeltas(timedelta(hours=-14), timedelta(hours=14))
)
FIRST, LAST = datetime(1990, 1, 2), datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis adds zones
MOMENTS = st.datetimes(FIRST, LAST, timezones=ZONES)
PEOPLE = st.lists(st.builds(Person, name=ANY_TEXT, uri=ADDRESSES), max_size=2).map(tuple)
METAS = st.builds(
    FeedMeta,
    id=ANY_TEXT,
    title=ANY_TEXT,
    link=ADDRESSES,
    self_link=ADDRESSES,
    rights=ANY_TEXT,
    authors=PEOPLE,
)
ENTRIES = st.builds(
    entry,
    link=ADDRESSES,
    title=ANY_TEXT,
    standfirst=ANY_TEXT,
    body=ANY_TEXT.map(lambda text: sanitize(f"<p>{text}</p>", base=None)),
    byline=PEOPLE,
    enclosures=st.lists(
        st.builds(
            Enclosure,
            url=st.integers(0, 3).map(lambda n: f"https://a.example/{n}"),
            media_type=st.none() | ANY_TEXT | st.just("audio/mpeg"),
            length=st.none() | st.integers(0, 10**12),
            medium=st.none() | ANY_TEXT,
        ),
        max_size=3,
    ).map(tuple),
    categories=st.lists(ANY_TEXT, max_size=3).map(tuple),
    rights=ANY_TEXT,
    license=ADDRESSES,
    origin=st.none() | st.builds(Origin, title=ANY_TEXT, link=st.just("https://o.example/")),
)


@PATIENT
@given(
    entries=st.lists(st.tuples(ENTRIES, METAS, MOMENTS, MOMENTS), max_size=3),
    allows=st.sampled_from(Extent),
)
def test_whatever_an_entry_holds_every_document_is_whole_and_says_whose_it_is(entries, allows):
    window = [published(number, *rest) for number, rest in enumerate(entries)]
    laid, documents = rendered(window, source(allows))
    ids = [item.id for item in laid.items]
    channel = etree.fromstring(documents["ku/rss20.xml"])[0]
    items = json.loads(documents["ku/feed.json"])["items"]
    assert [item.findtext("guid") for item in channel.iter("item")] == ids
    assert [item["id"] for item in items] == ids
    for item, found in zip(channel.iter("item"), items, strict=True):
        assert item.findtext("title").strip()
        assert item.findtext("description").strip()
        html = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded")
        assert html == found["content_html"]  # one article, in every format
        assert "Outlet" in unescape(html)
        assert found["_source"]["name"] == "Outlet"
    for body in documents.values():
        assert len(body) < LIMIT


def test_a_file_on_a_publishers_own_machine_is_in_no_format():
    files = (Enclosure(url="http://localhost:4000/a.b.jpg"), Enclosure(url="https://a.example/b"))
    _, documents = rendered([published(1, entry(enclosures=files))], source())
    for document in documents.values():
        assert b"localhost" not in document
        assert b"https://a.example/b" in document


# --- size -----------------------------------------------------------------------------------

LOADS = {
    "prose": "<p>Water rose by three meters, “they said”. "
    + "More of it came, and more. " * 40
    + "</p>",
    "Sorani": "<p>" + "کتێبخانەکە لە ماوەی دوو ساڵدا نۆژەن کرایەوە. " * 40 + "</p>",
    "links": '<p><a href="https://a.example/?a=1&b=2">A study</a> &amp; <b>more</b></p>' * 30,
    "quotes": '<p>"So", he said, "it is"; \'no\', she said.</p>' * 60,
}


@pytest.mark.parametrize("load", LOADS)
def test_no_format_outgrows_what_readers_take(load):
    whole = entry(
        title='He said: "R&D" <is> ours',
        standfirst='"Quoted" & <marked>',
        body=sanitize(LOADS[load] * 5, base=None),
        byline=(Person(name="A. Writer", uri="https://a.example/w"),) * 4,
        categories=tuple(f'"category" {number}' for number in range(20)),
    )
    laid, documents = rendered([published(number, whole) for number in range(200)], source())
    assert 10 < len(laid.items) < 200  # the page was filled
    for path, body in documents.items():
        assert LIMIT / 4 < len(body) < LIMIT, path
