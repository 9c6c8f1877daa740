"""Rights where text goes out: no output of any format holds more of a text than is allowed.

Every word that a publisher wrote is a marker of its own (`mark12w`), so that what leaks is known.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.judge import rights as judge
from aggregator.model import (
    Article,
    AtomId,
    Edition,
    Enclosure,
    Entry,
    EntryKey,
    Extent,
    Feed,
    FeedMeta,
    Frame,
    Identity,
    Images,
    Length,
    Listing,
    ListKind,
    Person,
    Picture,
    Published,
    Rights,
    Site,
    Source,
    Status,
)
from aggregator.search import rows
from aggregator.syndicate import atom, editions, jsonfeed, rss
from aggregator.syndicate import site as pages
from aggregator.text.html import paragraphs, plain, sanitize
from tests.cutting import cutter

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SITE = Site(title="S", url="https://s.example", owner_name="O", owner_email="o@s.example")
SHOWN = Edition(tag="en", title="English", languages=("en",), words="en")
LAYOUT = pages.layout(
    pages.load_theme(None),
    Frame(site=SITE, edition=SHOWN, editions=(SHOWN,), pages=(), index_copies=False, search=True),
)
WORD = re.compile(r"mark\d+w")
FILE = re.compile(r"file\d+f")
COPIED = Picture(
    path="images/00000000000000000077.jpg",
    media_type="image/jpeg",
    length=9,
    width=3,
    height=3,
)


# --- any entry, any rights, any day -----------------------------------------------------------


class Pen:
    """Writes words that no text had yet, and files likewise."""

    def __init__(self, draw):
        self.draw = draw
        self.count = 0

    def sentences(self, most):
        lengths = self.draw(st.lists(st.integers(1, most), min_size=1, max_size=4))
        ends = st.sampled_from([". ", "؟ ", "! ", "، ", " … ", "; "])
        return "".join(
            " ".join(self.word() for _ in range(length)) + self.draw(ends) for length in lengths
        ).strip()

    def word(self):
        self.count += 1
        return f"mark{self.count}w"

    def file(self):
        self.count += 1
        return f"https://a.example/file{self.count}f.jpg"

    def body(self):
        made = []
        for _ in range(self.draw(st.integers(0, 5))):
            match self.draw(st.integers(0, 5)):
                case 0:
                    made.append(f"<ul><li>{self.sentences(30)}</li><li>{self.word()}</li></ul>")
                case 1:
                    caption = self.word()
                    made.append(
                        f'<figure><img src="{self.file()}" alt="{self.word()}">'
                        f"<figcaption>{caption}</figcaption></figure>"
                    )
                case 2:
                    made.append(f"{self.sentences(30)}<br>{self.sentences(30)}")
                case _:
                    made.append(f"<p>{self.sentences(40)}</p>")
        return sanitize("".join(made), base=None)


@st.composite
def entries(draw):
    pen = Pen(draw)
    made = draw(st.booleans())
    standfirst = draw(st.sampled_from(["", "", "one", "long"]))
    body = pen.body()
    words = WORD.findall(body)
    title = " ".join(words[:12]) if made and words else "The title"
    return Entry(
        key=EntryKey(source_id="a", guid="https://a.example/?p=1"),
        identity=Identity.GUID,
        digest="2:0",
        address=None,
        same_story=None,
        link="https://a.example/1",
        title=title,
        standfirst={"": "", "one": pen.sentences(25)}.get(
            standfirst, " ".join(pen.sentences(40) for _ in range(4))
        ),
        body=body,
        published=NOW,
        updated=NOW,
        byline=draw(st.sampled_from([(), (Person(name="AFP"),), (Person(name="Amina Said"),)])),
        lead_image=Enclosure(url=pen.file()) if draw(st.booleans()) else None,
        enclosures=(Enclosure(url=pen.file()),) if draw(st.booleans()) else (),
        categories=("Water",),
        rights=draw(
            st.sampled_from([None, None, "Reproduction interdite", "No part of this ..."])
        ),
        license=None,
        language="en",
        language_reason="prior",
        origin=None,
        flags=("title-missing",) if title != "The title" else (),
        robots=draw(
            st.sampled_from(
                [(), (), ("noarchive",), ("nosnippet",), ("noimageindex",)]
                + [(f"max-snippet:{number}",) for number in (0, 1, 30, 200, 900)]
            )
        ),
    )


NUMBERS = st.integers(1, 60)
RIGHTS = st.builds(
    Rights,
    allows=st.sampled_from(Extent),
    length=st.none()
    | st.builds(Length, words=NUMBERS)
    | st.builds(Length, paragraphs=st.integers(1, 3)),
    images=st.sampled_from(Images),
    status=st.sampled_from([None, None, *Status]),
    granted=st.sampled_from([None, None, date(2026, 11, 25)]),
    expires=st.sampled_from([None, None, date(2026, 11, 23), date(2026, 11, 24)]),
)


def outputs(whole, source, now):
    """Write an entry down in every way that we have, with the names of the ways."""
    entry = Published(
        sequence=1,
        id=AtomId("tag:a.example,2026:1"),
        emitted=NOW,
        link=whole.link,
        language="en",
        published=NOW,
        updated=NOW,
        entry=whole,
        source_id="a",
        source_meta=FeedMeta(title="Outlet's feed"),
        source_updated=NOW,
        picture=COPIED,
    )
    cut_to = cutter(SITE, {"a": source}, now)
    laid = editions.page(SITE, SHOWN, [entry], cut_to=cut_to, created=NOW)
    for form in (atom, rss, jsonfeed):
        yield form.NAME, form.render(replace(laid, path=f"en/{form.NAME}")).body.decode()
    item = cut_to(entry, Extent.FULL)
    article = Article(item=item, path="en/articles/1.html")
    yield "article", pages.article_page(LAYOUT, article).body.decode()
    listing = Listing(kind=ListKind.ALL, path="en/page/1.html", articles=(article,), page=1)
    yield "list", pages.list_page(LAYOUT, listing).body.decode()
    yield "search words", " ".join(rows.unpack(rows.pack(rows.columns(item))))
    shown = rows.read_teaser(rows.teaser(item))
    yield "search result", f"{shown.title} {shown.summary} {shown.opening} {shown.body}"


def source_with(rights):
    feed = Feed(key="", candidates=("https://a.example/feed",))
    return Source(
        id="a", name="Outlet", feeds=(feed,), homepage="https://a.example/", rights=rights
    )


def most_words(allowance, whole):
    """How many of the publisher's words may appear, all places of one output together."""
    if allowance.extent is Extent.HEADLINE:
        return 0
    if allowance.extent is Extent.FULL:
        return 10_000
    length = allowance.length or Length()
    bounds = [200]  # a standfirst of 1000 characters, the longest that stays whole
    if not whole.standfirst:
        bounds = [90 + 12 * bool(whole.flags)]  # a long first sentence, and the title made of it
    if length.words is not None or length.paragraphs is not None:
        bounds = [
            *([length.words] if length.words is not None else []),
            *([length.paragraphs * 120] if length.paragraphs is not None else []),
        ]
        # A title that was made of the text is cut to the same words, beside a standfirst.
        bounds = [bound * (2 if whole.flags else 1) for bound in bounds]
    if length.characters is not None:
        bounds.append(length.characters // len("mark1w") * (2 if whole.flags else 1))
    return min(bounds)


@settings(max_examples=150, deadline=None)
@given(whole=entries(), rights=RIGHTS, now=st.sampled_from([NOW, NOW + timedelta(days=1)]))
def test_no_output_of_any_format_holds_more_of_a_text_than_is_allowed(whole, rights, now):
    source = source_with(rights)
    allowance = judge.allowance(rights, whole, now=now)
    most = most_words(allowance, whole)
    for name, text in outputs(whole, source, now):
        found = set(WORD.findall(text))
        assert len(found) <= most, name
        if allowance.images is not Images.LINK:
            assert not FILE.findall(text), name
        if allowance.images is not Images.COPY:
            assert COPIED.path not in text, name


@settings(max_examples=80, deadline=None)
@given(whole=entries(), number=NUMBERS, by=st.sampled_from(["words", "paragraphs", "characters"]))
def test_an_excerpt_of_a_length_is_the_beginning_and_keeps_within_it(whole, number, by):
    bound = {"paragraphs": number % 3 + 1}.get(by, number)
    rights = Rights(length=Length(**{by: bound}))
    allowance = replace(
        judge.allowance(Rights(), replace(whole, robots=(), rights=None), now=NOW),
        extent=Extent.EXCERPT,
        length=rights.length,
    )
    entry = Published(
        sequence=1,
        id=AtomId("tag:a.example,2026:1"),
        emitted=NOW,
        link=None,
        language="en",
        published=NOW,
        updated=NOW,
        entry=whole,
        source_id="a",
        source_meta=FeedMeta(),
        source_updated=NOW,
    )
    item = editions.cut(entry, source_with(rights), allowance, site=SITE)
    assert not (item.summary and item.opening)
    shown = item.summary or item.opening
    match by:
        case "words":
            assert len(shown.split()) <= bound + shown.count(" …")
        case "paragraphs":
            assert len(shown.splitlines()) <= bound
        case _:
            assert len(shown) <= bound
    text = whole.standfirst or "\n".join(paragraphs(whole.body)) or plain(whole.body)
    assert WORD.findall(shown) == WORD.findall(text)[: len(WORD.findall(shown))]
