"""Which entries stand in an edition, and how much of each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
    Picture,
    Published,
    Rights,
    Site,
    Source,
)
from aggregator.syndicate.atom import render
from aggregator.syndicate.editions import LIMIT, page, weight
from aggregator.syndicate.mint import is_sound
from aggregator.text.html import from_plain, sanitize
from tests.cutting import cutter

SITE = Site(title="S", url="https://s.example", owner_name="O", owner_email="o@s.example")
EN = Edition(tag="en", title="English", languages=("en",), words="en")
NOON = datetime(2025, 7, 13, 12, tzinfo=UTC)
PICTURE = Enclosure(url="https://a.example/picture.jpg", media_type="image/jpeg")
COPIED = Picture(
    path="images/0123456789abcdef0123.jpg",
    media_type="image/jpeg",
    length=40_000,
    width=1200,
    height=675,
)
SOUND = Enclosure(url="https://a.example/sound.mp3", media_type="audio/mpeg", length=7)

# Every word of the body is one of these; no label or name is.
WORDS = [f"secret{number}" for number in range(300)]


def source(allows: Extent = Extent.EXCERPT, images: Images = Images.NONE, **changes) -> Source:
    whole = Source(
        id="a",
        name="Outlet",
        feeds=(Feed(key="", candidates=("https://a.example/feed",)),),
        homepage="https://a.example/",
        rights=Rights(allows=allows, images=images),
    )
    return replace(whole, **changes)


def entry(**changes) -> Entry:
    whole = Entry(
        key=EntryKey(source_id="a", guid="https://a.example/?p=1"),
        identity=Identity.GUID,
        digest="1:0",
        address=None,
        same_story=None,
        link="https://a.example/1",
        title="Title",
        standfirst="A standfirst",
        body=sanitize(
            "<p>secret0 secret1.</p><p><img src='https://a.example/in.jpg'></p>", base=None
        ),
        published=NOON,
        updated=NOON,
        byline=(),
        lead_image=PICTURE,
        enclosures=(SOUND,),
        categories=(),
        rights=None,
        license=None,
        language="en",
        language_reason="prior",
        origin=None,
    )
    return replace(whole, **changes)


def published(sequence: int = 1, *, of: Entry | None = None, **changes) -> Published:
    of = of or entry()
    whole = Published(
        sequence=sequence,
        id=AtomId(f"tag:a.example,2025:{sequence}"),
        emitted=NOON,
        link=of.link,
        language="en",
        published=NOON,
        updated=NOON,
        entry=of,
        source_id="a",
        source_meta=FeedMeta(title="Outlet's feed"),
        source_updated=NOON,
    )
    return replace(whole, **changes)


def cut(entry: Published, source: Source | None):
    sources = {} if source is None else {entry.source_id: source}
    return cutter(SITE, sources)(entry, Extent.FULL)


def lay_out(*entries: Published, sources: tuple[Source, ...] | None = None, **changes):
    known = {source.id: source for source in sources or (source(),)}
    return page(SITE, EN, entries, cut_to=cutter(SITE, known), created=NOON, **changes)


# --- rights ---------------------------------------------------------------------------------


def test_a_headline_holds_no_text():
    item = cut(published(), source(Extent.HEADLINE))
    assert (item.title, item.summary, item.opening, item.body) == ("Title", "", "", "")


def test_an_excerpt_is_the_standfirst():
    item = cut(published(), source(Extent.EXCERPT))
    assert (item.summary, item.opening, item.body) == ("A standfirst", "", "")


def test_an_excerpt_without_standfirst_is_the_first_words_of_the_body():
    long = from_plain("A first sentence. " + " ".join(WORDS) + ".")
    item = cut(published(of=entry(standfirst="", body=long)), source(Extent.EXCERPT))
    assert (item.summary, item.body) == ("", "")
    assert item.opening.startswith("A first sentence.")
    assert len(item.opening.split()) <= 60


def test_an_excerpt_does_not_repeat_a_title_that_the_body_begins_with():
    body = sanitize("<h1>Title</h1><p>Then the text begins.</p>", base=None)
    item = cut(published(of=entry(standfirst="", body=body)), source(Extent.EXCERPT))
    assert item.opening == "Then the text begins."


def test_a_standfirst_as_long_as_an_article_is_cut_like_one():
    item = cut(published(of=entry(standfirst=" ".join(WORDS))), source(Extent.EXCERPT))
    assert len(item.summary.split()) <= 60


def test_full_text_is_all_of_it():
    item = cut(published(), source(Extent.FULL, Images.LINK))
    assert (item.summary, item.body) == ("A standfirst", entry().body)


def test_a_title_made_from_the_text_is_not_shown_where_text_may_not_be():
    made = entry(title="secret0 secret1", flags=("title-missing",))
    assert cut(published(of=made), source(Extent.HEADLINE)).title == "Outlet, 13.07.2025"
    assert cut(published(of=made), source(Extent.EXCERPT)).title == "secret0 secret1"


@pytest.mark.parametrize("extent", Extent)
def test_media_appear_only_where_rights_say_so(extent):
    shown = cut(published(), source(extent, Images.LINK))
    assert shown.enclosures == (PICTURE, SOUND)
    hidden = cut(published(), source(extent, Images.NONE))
    assert hidden.enclosures == ()
    assert "<img" not in hidden.body


@pytest.mark.parametrize("extent", Extent)
def test_where_images_are_copied_our_copy_is_all_that_is_shown(extent):
    item = cut(published(picture=COPIED), source(extent, Images.COPY))
    assert item.enclosures == (
        Enclosure(
            url="https://s.example/images/0123456789abcdef0123.jpg",
            media_type="image/jpeg",
            length=40_000,
            medium="image",
        ),
    )
    assert item.picture == COPIED
    assert "<img" not in item.body


@pytest.mark.parametrize("extent", Extent)
def test_where_images_are_copied_and_none_is_yet_nothing_is_shown(extent):
    item = cut(published(), source(extent, Images.COPY))
    assert (item.enclosures, item.picture) == ((), None)
    assert "<img" not in item.body


@pytest.mark.parametrize("images", [Images.NONE, Images.LINK])
def test_a_copy_is_not_shown_where_rights_do_not_allow_it_any_more(images):
    laid = lay_out(published(picture=COPIED), sources=(source(Extent.FULL, images),))
    assert laid.items[0].picture is None
    assert COPIED.path.encode() not in render(laid).body
    assert cut(published(picture=COPIED), None).enclosures == ()


def test_a_copy_stays_when_the_text_is_shortened_to_fit():
    enormous = entry(standfirst="", body=from_plain("A sentence. " * 60_000))
    (item,) = lay_out(
        published(of=enormous, picture=COPIED), sources=(source(Extent.FULL, Images.COPY),)
    ).items
    assert item.extent is Extent.EXCERPT
    assert item.picture == COPIED


def test_a_file_named_twice_is_shown_once_with_what_the_enclosure_says_of_it():
    lead = Enclosure(url=SOUND.url)
    item = cut(published(of=entry(lead_image=lead)), source(images=Images.LINK))
    assert item.enclosures == (SOUND,)


def test_of_a_source_that_is_configured_no_more_only_headlines_are_shown():
    item = cut(published(), None)
    assert item.extent is Extent.HEADLINE
    assert item.source.name == "Outlet's feed"
    assert (item.summary, item.opening, item.body, item.enclosures) == ("", "", "", ())


def test_a_changed_right_changes_what_was_already_published_and_keeps_the_id():
    items = [cut(published(), source(extent)) for extent in Extent]
    assert len({item.id for item in items}) == 1
    assert (
        len({render(lay_out(published(), sources=(source(extent),))).body for extent in Extent})
        == 3
    )


BODIES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=80).map(" ".join), min_size=1, max_size=6
).flatmap(
    lambda paragraphs: st.sampled_from(
        [
            sanitize("".join(f"<p>{paragraph}.</p>" for paragraph in paragraphs), base=None),
            sanitize("<br>".join(paragraphs), base=None),
            sanitize(
                "<ul>" + "".join(f"<li>{text}</li>" for text in paragraphs) + "</ul>", base=None
            ),
            from_plain("\n\n".join(paragraphs)),
        ]
    )
)


@settings(max_examples=80, deadline=None)
@given(
    body=BODIES,
    standfirst=st.sampled_from(["", "A standfirst", "Title"]),
    extent=st.sampled_from(Extent),
    images=st.sampled_from(Images),
    made=st.booleans(),
)
def test_no_document_says_more_than_rights_allow(body, standfirst, extent, images, made):
    of = entry(
        body=body,
        standfirst=standfirst,
        title="secret0" if made else "Title",
        flags=("title-missing",) if made else (),
    )
    document = render(lay_out(published(of=of, picture=COPIED), sources=(source(extent, images),)))
    told = document.body.decode().count("secret")
    if extent is Extent.HEADLINE:
        assert told == 0
        assert "A standfirst" not in document.body.decode()
    elif extent is Extent.EXCERPT:
        assert told <= 2 * 90 + 1  # a long first sentence, in summary and content; the title
    else:
        assert told >= body.count("secret")
    if images is not Images.LINK:
        assert b"https://a.example/in.jpg" not in document.body
        assert b"https://a.example/picture.jpg" not in document.body
        assert b".mp3" not in document.body
    assert (images is Images.COPY) == (COPIED.path.encode() in document.body)


# --- which entries --------------------------------------------------------------------------


def test_items_are_shown_newest_first_by_date_whatever_their_sequence():
    days = [NOON + timedelta(days=day) for day in (2, 3, 1)]
    entries = [published(number, published=day) for number, day in enumerate(days)]
    assert [item.id[-1] for item in lay_out(*entries).items] == ["1", "0", "2"]


def test_dates_are_compared_as_moments_and_ties_go_to_the_later_sequence():
    early = NOON.astimezone(timezone(timedelta(hours=5)))
    entries = [published(1), published(3, published=early), published(2)]
    assert [item.id[-1] for item in lay_out(*entries).items] == ["3", "2", "1"]


def test_a_page_is_as_new_as_the_last_thing_that_happened_to_its_entries():
    hour = timedelta(hours=1)
    assert lay_out(published(1, emitted=NOON + hour)).updated == NOON + hour
    assert lay_out(published(1, updated=NOON + 2 * hour)).updated == NOON + 2 * hour
    assert lay_out().updated == NOON
    late = published(
        1, corrected=NOON + 3 * hour
    )  # a correction that has its publisher's old date
    assert lay_out(late).updated == NOON + 3 * hour


def test_entries_emitted_first_are_left_out_of_a_document_that_would_be_too_large():
    big = entry(body=from_plain("x" * 50_000))
    full = source(Extent.FULL)
    old = [published(n, of=big, published=NOON + timedelta(days=30 - n)) for n in range(30)]
    laid = lay_out(*old, sources=(full,))
    kept = sorted(int(item.id.rpartition(":")[2]) for item in laid.items)
    assert kept == list(range(30 - len(kept), 30))
    assert LIMIT * 0.8 < len(render(laid).body) < LIMIT


def test_one_enormous_article_is_cut_to_an_excerpt_and_crowds_nobody_out():
    enormous = entry(standfirst="", body=from_plain("A sentence. " * 60_000))
    laid = lay_out(
        *(published(number) for number in range(9)),
        published(9, of=enormous),
        sources=(source(Extent.FULL),),
    )
    assert len(laid.items) == 10
    assert [item.extent for item in laid.items].count(Extent.EXCERPT) == 1
    assert laid.items[0].opening.startswith("A sentence.")


def test_one_entry_always_stays():
    assert len(lay_out(published(1), published(2), limit=10).items) == 1


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.sampled_from("ab <>&\"'\nە"), max_size=4000),
    markup=st.lists(st.sampled_from(["<p>سلاو</p>", "<b>x</b>", "<p>hello</p>"]), max_size=300),
    language=st.sampled_from(["en", "ckb"]),
)
def test_an_item_is_never_heavier_than_estimated(text, markup, language):
    of = entry(
        title=text[:400],
        standfirst=text[:900],
        body=sanitize("".join(markup) + from_plain(text), base=None),
        categories=(text[:50],),
        rights=text,
    )
    meta = FeedMeta(title=text, subtitle=text, rights=text)
    full = source(Extent.FULL, Images.LINK)
    one = published(of=of, source_meta=meta, language=language)
    laid = lay_out(one, sources=(full,))
    empty = len(render(lay_out()).body)
    assert len(render(laid).body) - empty <= weight(laid.items[0])


# --- credit ---------------------------------------------------------------------------------


def test_the_outlet_signs_what_nobody_signed():
    (author,) = cut(published(), source()).authors
    assert (author.name, author.uri) == ("Outlet", "https://a.example/")


SOURCE_IDS = [
    (FeedMeta(id="tag:a.example,2020:feed"), "tag:a.example,2020:feed"),
    (FeedMeta(id="https://a.example", self_link="https://a.example/rss"), "https://a.example/rss"),
    (FeedMeta(id="not an iri"), "https://a.example/feed"),
    (FeedMeta(self_link="ftp://a.example/x"), "https://a.example/feed"),
]


@pytest.mark.parametrize(("meta", "name"), SOURCE_IDS)
def test_a_feed_is_named_by_its_id_else_by_its_address(meta, name):
    assert cut(published(source_meta=meta), source()).source_meta.id == name


def test_a_feed_of_several_without_a_name_gets_one_that_stays():
    feeds = tuple(
        Feed(key=key, candidates=(key,)) for key in ("https://a.example/1", "https://a.example/2")
    )
    name = cut(published(), source(feeds=feeds)).source_meta.id
    assert name == cut(published(), source(feeds=feeds[:0])).source_meta.id
    assert is_sound(name or "")


def test_the_licence_is_the_entrys_else_the_operators_else_the_feeds():
    by, sa, nd = (f"https://license.example/{name}" for name in ("by", "sa", "nd"))
    operators = source(rights=Rights(license=sa))
    feeds = published(source_meta=FeedMeta(license=nd))
    assert cut(replace(feeds, entry=entry(license=by)), operators).license == by
    assert cut(feeds, operators).license == sa
    assert cut(feeds, source()).license == nd
    assert cut(published(), source()).license is None
