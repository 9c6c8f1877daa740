"""Stories of the whole journey, on a fake web with a real database."""

import re

import pytest
from lxml import etree

pytestmark = pytest.mark.anyio

URL = "https://herald.example/feed"
HERALD = f"""\
  - {{id: herald, name: The Herald, url: {URL}, homepage: https://herald.example, language: en}}
"""
ATOM = "{http://www.w3.org/2005/Atom}"
BODY = (
    "The regional water authority published the hours at which it will release water from the "
    "two dams above the town. Farmers had asked for the figures since the drought. The schedule "
    "lists forty-one releases and will be updated each Thursday, the authority said on Monday."
)


def item(number, *, title=None, body=BODY, date="Mon, 23 Nov 2026 18:00:00 +0300", guid=None):
    title = title or f"Water authority publishes release schedule number {number}"
    return (
        f"<item><title>{title}</title><link>https://herald.example/a/{number}</link>"
        f'<guid isPermaLink="false">{guid or f"h-{number}"}</guid><pubDate>{date}</pubDate>'
        f"<description><![CDATA[<p>{body}</p><p>{body}</p>]]></description></item>"
    )


def rss(*items, language="en"):
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>The Herald</title>'
        f"<link>https://herald.example/</link><description>News</description>"
        f"<language>{language}</language>{''.join(items)}</channel></rss>"
    )


def entries(text):
    return etree.fromstring(text.encode()).findall(f"{ATOM}entry")


def ids(text):
    return [entry.findtext(f"{ATOM}id") for entry in entries(text)]


async def test_an_article_becomes_an_entry_with_its_attribution(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1)))
    visits = await scene.poll()
    assert visits["herald"].new == 1
    (entry,) = entries(scene.feed("en"))
    content = entry.findtext(f"{ATOM}content")
    assert "23.11.2026" in content
    assert "Source:" in content
    assert 'href="https://herald.example/a/1"' in content
    assert "The Herald" in content
    assert entry.findtext(f"{ATOM}published") == "2026-11-23T18:00:00+03:00"
    assert entry.find(f"{ATOM}source/{ATOM}title").text == "The Herald"


async def test_an_excerpt_is_all_that_appears_where_nothing_more_is_allowed(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1, body=(BODY + " ") * 2 + " Only the full text says zymurgy.")))
    await scene.poll()
    assert "zymurgy" not in scene.feed("en")
    assert "regional water authority" in scene.feed("en")


async def test_rights_raised_in_feeds_yaml_change_what_is_published_and_the_id_stays(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1, body=(BODY + " ") * 2 + " Only the full text says zymurgy.")))
    await scene.poll()
    before = ids(scene.feed("en"))
    scene.configure(HERALD.replace("language: en", "language: en, rights: {allows: full}"))
    await scene.poll()
    assert "zymurgy" in scene.feed("en")
    assert ids(scene.feed("en")) == before


async def test_the_second_poll_is_conditional_and_a_304_changes_no_byte(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1)), etag='W/"abc"', last_modified="Mon, 23 Nov 2026 15:00:00 GMT")
    await scene.poll()
    before = scene.feed("en")
    scene.later(hours=2)
    visits = await scene.poll()
    assert visits["herald"].visit.status == 304
    assert web.requests[-1].headers["if-none-match"] == 'W/"abc"'
    assert web.requests[-1].headers["if-modified-since"] == "Mon, 23 Nov 2026 15:00:00 GMT"
    assert scene.published == ()
    assert scene.feed("en") == before


async def test_a_restart_polls_nothing_early(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1)))
    await scene.poll()
    scene.later(minutes=59)
    assert await scene.poll() == {}
    scene.later(minutes=1)
    assert set(await scene.poll()) == {"herald"}


async def test_a_correction_is_the_same_entry_with_a_later_updated(scene, web):
    scene.configure(HERALD.replace("language: en", "language: en, rights: {allows: full}"))
    web.serve(URL, rss(item(1), item(2)))
    await scene.poll()
    before = {e.findtext(f"{ATOM}id"): e for e in entries(scene.feed("en"))}
    scene.later(hours=2)
    web.serve(URL, rss(item(1, body=BODY.replace("forty-one", "thirty-nine")), item(2)))
    visits = await scene.poll()
    assert (visits["herald"].new, visits["herald"].changed) == (0, 1)
    after = {e.findtext(f"{ATOM}id"): e for e in entries(scene.feed("en"))}
    assert set(after) == set(before)
    moved = {
        key
        for key in after
        if after[key].findtext(f"{ATOM}updated") != before[key].findtext(f"{ATOM}updated")
    }
    (corrected,) = moved
    assert "thirty-nine" in after[corrected].findtext(f"{ATOM}content")
    assert after[corrected].findtext(f"{ATOM}updated").startswith("2026-11-24T10:00:00")


async def test_changed_markup_is_no_correction(scene, web):
    scene.configure(HERALD.replace("language: en", "language: en, rights: {allows: full}"))
    web.serve(URL, rss(item(1)))
    await scene.poll()
    (before,) = entries(scene.feed("en"))
    scene.later(hours=2)
    web.serve(URL, rss(item(1, body=BODY.replace("Thursday", "<em>Thursday</em>"))))
    await scene.poll()
    (after,) = entries(scene.feed("en"))
    assert after.findtext(f"{ATOM}updated") == before.findtext(f"{ATOM}updated")
    assert "<em>Thursday</em>" in after.findtext(f"{ATOM}content")


async def test_a_new_guid_at_every_poll_makes_no_duplicate(scene, web):
    scene.configure(HERALD)
    for number in range(4):
        web.serve(URL, rss(item(1, guid=f"session-{number}")))
        await scene.poll()
        scene.later(hours=2)
    assert len(ids(scene.feed("en"))) == 1


async def test_one_guid_for_all_entries_keeps_them_apart(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(*(item(n, guid="same") for n in range(5))))
    await scene.poll()
    assert len(set(ids(scene.feed("en")))) == 5
    scene.later(hours=2)
    web.serve(URL, rss(item(9, guid="same")))  # alone now: its guid still says nothing
    await scene.poll()
    assert len(set(ids(scene.feed("en")))) == 6


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "empty"),
        ("<html><body><form><input type=password></form></body></html>", "login-page"),
        ("<html><title>Just a moment...</title><body>cf-chl</body></html>", "challenge-page"),
        (rss(item(1))[:-40], "truncated"),
    ],
)
async def test_what_is_no_feed_is_a_recorded_failure_and_withdraws_nothing(scene, web, body, kind):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1)))
    await scene.poll()
    before = scene.feed("en")
    scene.later(hours=2)
    web.serve(URL, body, content_type="text/html")
    visits = await scene.poll()
    assert visits["herald"].visit.failure.kind == kind
    assert scene.feed("en") == before


async def test_a_new_source_whose_document_is_broken_is_asked_conditionally_until_it_is_mended(
    scene, web
):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1))[:-40], etag='"broken"')
    visits = await scene.poll()
    assert visits["herald"].visit.failure.kind == "truncated"
    scene.later(hours=2)
    visits = await scene.poll()
    assert web.requests[-1].headers["if-none-match"] == '"broken"'
    assert visits["herald"].visit.failure.kind == "truncated"
    assert "still the same document" in visits["herald"].visit.failure.message
    scene.later(hours=5)
    web.serve(URL, rss(item(1)), etag='"whole"')
    assert (await scene.poll())["herald"].new == 1


async def test_one_sources_trouble_does_not_touch_another(scene, web):
    other = "  - {id: other, name: Other, url: https://other.example/feed, language: en}\n"
    scene.configure(HERALD + other)
    web.serve(URL, b"\x00\xff not a feed at all")
    web.serve("https://other.example/feed", rss(item(1)))
    visits = await scene.poll()
    assert visits["herald"].visit.failure is not None
    assert visits["other"].new == 1


async def test_a_410_stops_the_source_and_says_so(scene, web):
    scene.configure(HERALD)
    web.serve(URL, "gone", status=410)
    visits = await scene.poll()
    assert "410" in visits["herald"].visit.state.stopped
    scene.later(days=30)
    assert await scene.poll() == {}
    assert await scene.poll(force=True) == {}


async def test_retry_after_holds_even_against_force(scene, web):
    scene.configure(HERALD)
    web.serve(URL, "slow down", status=429, retry_after="7200")
    await scene.poll()
    scene.later(hours=1)
    assert await scene.poll(force=True) == {}
    scene.later(hours=1, minutes=1)
    assert set(await scene.poll(force=True)) == {"herald"}


async def test_kurmanji_and_sorani_of_one_source_stand_in_one_edition_with_their_tags(scene, web):
    url = "https://desk.example/feed"
    scene.configure(f"  - {{id: desk, name: Maseya Kurdî, url: {url}, language: ku}}\n")
    kurmanji = item(
        1, title="Li Hewlêrê komxebata zimanê Kurdî bi beşdariya mamosteyan dest pê kir"
    )
    sorani = item(2, title="لە شاری هەڵەبجە ئامادەکاری بۆ کۆنسێرتێکی گەورە دەکرێت", body="")
    web.serve(url, rss(kurmanji.replace(BODY, ""), sorani, language="tr"))
    await scene.poll()
    tags = [e.get("{http://www.w3.org/XML/1998/namespace}lang") for e in entries(scene.feed("ku"))]
    assert sorted(tags) == ["ku-Arab", "ku-Latn"]
    sorani_content = next(
        e.findtext(f"{ATOM}content")
        for e in entries(scene.feed("ku"))
        if "سەرچاوە" in e.findtext(f"{ATOM}content")
    )
    assert re.match(r'\s*<div lang="ckb" dir="rtl">', sorani_content)


async def test_a_doubtful_language_is_held_not_guessed(scene, web):
    scene.configure(f"  - {{id: desk, name: Desk, url: {URL}}}\n")
    web.serve(URL, rss(item(1, title="OK", body="42"), language=""))
    visits = await scene.poll()
    assert visits["herald" if "herald" in visits else "desk"].new == 1
    assert all(not ids(scene.feed(tag)) for tag in ("en", "fr", "ku", "ar"))


async def test_future_and_absurd_dates_give_way_to_first_seen(scene, web):
    scene.configure(HERALD)
    web.serve(
        URL,
        rss(
            item(1, date="Fri, 01 Jan 2055 00:00:00 GMT"),
            item(2, date="Thu, 01 Jan 1970 00:00:00 GMT"),
        ),
    )
    await scene.poll()
    dates = [entry.findtext(f"{ATOM}published") for entry in entries(scene.feed("en"))]
    assert dates == ["2026-11-24T08:00:00Z", "2026-11-24T07:59:59.999000Z"]


async def test_two_section_feeds_of_one_outlet_share_one_identity(scene, web):
    politics, culture = "https://herald.example/politics", "https://herald.example/culture"
    scene.configure(
        f"  - {{id: herald, name: The Herald, feeds: [{politics}, {culture}], language: en}}\n"
    )
    web.serve(politics, rss(item(1), item(2)))
    web.serve(culture, rss(item(2, body="Shorter here."), item(3)))
    await scene.poll()
    before = scene.feed("en")
    assert len(set(ids(before))) == len(ids(before)) == 3
    for _ in range(2):
        scene.later(hours=2)
        await scene.poll()
    assert scene.feed("en") == before


async def test_two_addresses_of_one_article_fold_into_one_entry(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1)))
    await scene.poll()
    scene.later(hours=2)
    other = item(1, guid="articles-id-77").replace("/a/1<", "/articles-id/77<")
    web.serve(URL, rss(other))
    await scene.poll()
    assert len(ids(scene.feed("en"))) == 1


async def test_the_operator_says_the_language_and_what_was_held_appears(scene, web):
    scene.configure(f"  - {{id: desk, name: Desk, url: {URL}}}\n")
    web.serve(URL, rss(item(1, title="Dam schedule out", body="Farmers asked."), language=""))
    visits = await scene.poll()
    assert (visits["desk"].new, visits["desk"].held) == (1, 1)
    assert ids(scene.feed("en")) == []
    scene.configure(f"  - {{id: desk, name: Desk, url: {URL}, language: {{always: en}}}}\n")
    await scene.poll()
    assert len(ids(scene.feed("en"))) == 1


async def test_entries_survive_a_change_of_the_feeds_address_and_are_corrected_there(scene, web):
    full = "language: en, rights: {allows: full}"
    feeds = "  - {{id: herald, name: The Herald, feeds: [{}, https://herald.example/c], {}}}\n"
    scene.configure(feeds.format("https://herald.example/old", full))
    web.serve("https://herald.example/old", rss(item(1)))
    await scene.poll()
    before = ids(scene.feed("en"))
    scene.later(hours=2)
    scene.configure(feeds.format("https://herald.example/new", full))
    web.serve("https://herald.example/new", rss(item(1)))
    await scene.poll()
    scene.later(hours=2)
    web.serve("https://herald.example/new", rss(item(1, body=BODY.replace("forty", "thirty"))))
    await scene.poll()
    assert ids(scene.feed("en")) == before
    assert "thirty-one releases" in scene.feed("en")


async def test_a_retry_after_behind_a_redirect_holds_the_host_that_said_it(scene, web):
    moved = "https://moved.example/feed"
    innocent = "  - {id: two, name: Two, url: https://herald.example/two, language: en}\n"
    scene.configure(HERALD + innocent)
    web.serve(URL, status=302, location="https://busy.example/feed")
    web.serve("https://busy.example/feed", "later", status=429, retry_after="7200")
    web.serve("https://herald.example/two", rss(item(1)))
    visits = await scene.poll()
    assert visits["herald"].visit.failure.kind == "rate-limited"
    assert visits["two"].new == 1
    scene.configure(HERALD.replace(URL, moved) + innocent.replace("herald", "busy"))
    web.serve(moved, rss(item(2)))
    scene.later(hours=1)
    assert set(await scene.poll(force=True)) == {"herald"}


async def test_a_clock_that_ran_ahead_does_not_silence_a_source(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1)))
    scene.later(days=365)
    await scene.poll()
    scene.later(days=-365, minutes=5)
    assert await scene.poll() == {}  # the wait is what it was: an hour
    scene.later(hours=1)
    assert set(await scene.poll()) == {"herald"}


async def test_a_feed_that_prints_the_time_changes_no_byte_of_ours(scene, web):
    scene.configure(HERALD)
    stamp = "<lastBuildDate>Tue, 24 Nov 2026 0{}:00:00 GMT</lastBuildDate>"
    web.serve(URL, rss(item(1)).replace("<item>", stamp.format(7) + "<item>", 1))
    await scene.poll()
    source = entries(scene.feed("en"))[0].find(f"{ATOM}source")
    assert source.findtext(f"{ATOM}id") == URL
    assert source.findtext(f"{ATOM}updated") == "2026-11-23T18:00:00+03:00", "its newest entry's"
    before = scene.feed("en")
    scene.later(hours=2)
    web.serve(URL, rss(item(1)).replace("<item>", stamp.format(9) + "<item>", 1))
    await scene.poll()
    assert scene.feed("en") == before, "a feed that prints the time changes no byte"


async def test_publishing_again_from_the_same_entries_changes_no_byte(scene, web):
    scene.configure(HERALD)
    web.serve(URL, rss(item(1), item(2)))
    await scene.poll()
    before = scene.feed("en")
    scene.later(days=3)
    async with scene.opened() as journey:
        assert await journey.press.publish() == ()
    assert scene.feed("en") == before
