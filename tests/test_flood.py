"""Feeds that are renumbered, flooded, taken over, and those that only look so."""

import os
import tomllib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from aggregator.errors import SourceError
from aggregator.gather.feed import read
from aggregator.gather.identify import identify
from aggregator.gather.normalize import normalize
from aggregator.judge import flood, revise
from aggregator.model import Feed, Fetched, Ruling, Source, Verdict

CORPUS = Path(__file__).parent / "corpus"
LIVES = sorted((CORPUS / "floods").glob("*.toml"))
URL = "https://herald.example/feed"
GUID = "http://herald.example/{n}"
LINK = "https://herald.example/a/{n}"


@cache
def paragraphs(language):
    path = CORPUS / "language" / f"paragraphs.{language}.txt"
    return path.read_text(encoding="utf-8").splitlines()


def article(n, visit, language, start, now):
    bank = paragraphs(visit.get("language", language))
    body = visit.get("texts", bank[n % len(bank)]).replace("{n}", str(n))
    words = f"{bank[n % len(bank)]} {n}".split()
    title = visit.get("titles", f"{' '.join(words[:9])} {n}").replace("{n}", str(n))
    date = start + timedelta(hours=n - 20 + visit.get("shift", 0))
    if visit.get("dates") == "now":
        date = now
    stamp = f"<pubDate>{format_datetime(date)}</pubDate>" if visit.get("dates") != "none" else ""
    link = visit.get("link", LINK).replace("{n}", str(n))
    guid = visit.get("guid", GUID).replace("{n}", str(n))
    return (
        f"<item><title>{escape(title)}</title><link>{link}</link>{stamp}"
        f'<guid isPermaLink="false">{guid}</guid>'
        f"<description>{escape(f'<p>{body}</p>')}</description></item>"
    )


def document(visit, language, start, now):
    first, last = visit["articles"]
    items = "".join(article(n, visit, language, start, now) for n in range(last, first - 1, -1))
    return f'<rss version="2.0"><channel><title>The Herald</title>{items}</channel></rss>'


@pytest.mark.anyio
@pytest.mark.parametrize("path", LIVES, ids=lambda path: path.stem)
async def test_a_feed_is_itself_or_waits_for_a_person(path, scene, web):
    life = tomllib.loads(path.read_text(encoding="utf-8"))
    language = life["language"]
    scene.configure(f"  - {{id: herald, name: The Herald, url: {URL}, language: {language}}}\n")
    start, told = scene.now, []
    for number, visit in enumerate(life["visit"]):
        scene.now = start + timedelta(hours=visit["at"])
        if "release" in visit:
            async with scene.opened() as journey:
                for held in scene.store.queue(source_id="herald"):
                    ruling = Ruling(visit["release"])
                    scene.store.rule(held.entry_id, ruling, who="Zîn", why="seen", now=scene.now)
                assert journey
        web.serve(URL, document(visit, language, start, scene.now))
        recorded = (await scene.poll(force=True))["herald"]
        assert recorded.visit.failure is None
        quarantine = recorded.visit.state.quarantine
        found = (recorded.new, recorded.held, quarantine is not None)
        wanted = (visit.get("new", recorded.new), visit.get("held", 0), "alarm" in visit)
        assert found == wanted, f"visit {number}: {quarantine}"
        if quarantine is not None:
            assert visit["alarm"] in quarantine.reason
            told.append(quarantine.reason)
    assert len(set(told)) <= 1


# --- feeds of real sites ----------------------------------------------------------------------

RECORDED = Path(os.environ.get("AGGREGATOR_RECORDED", "/nonexistent"))
# All of its thousand entries carry one of three times: somebody imported them.
STAMPED = {"rss-cc314ce5.xml"}


def entries(path):
    kind = "application/feed+json" if path.suffix == ".json" else "application/xml"
    fetched = Fetched(
        url=f"https://recorded.example/{path.name}",
        content_type=kind,
        content_language=None,
        body=path.read_bytes(),
        received=1,
        validators=None,
        fresh_until=None,
        moved_to=None,
        conditional=False,
    )
    parsed = read(fetched)
    feed = Feed(key="", candidates=(fetched.url,))
    source = Source(id="s", name="S", feeds=(feed,))
    now = datetime(2100, 1, 1, tzinfo=UTC)
    for item in identify("s", parsed, guids_unreliable=False):
        entry = normalize(item, source=source, feed=feed, meta=parsed.meta, now=now)
        if entry.published is not None:
            yield entry


@pytest.mark.trial
@pytest.mark.skipif(
    not RECORDED.is_dir(),
    reason="AGGREGATOR_RECORDED names no folder of recorded feeds: this trial was not run",
)
@pytest.mark.parametrize(("window", "step"), [(5, 1), (10, 3), (15, 8)])
def test_recorded_feeds_that_grow_as_they_did_give_no_alarm(window, step):
    alarms, visits = [], 0
    for path in sorted(RECORDED.iterdir()):
        try:
            found = sorted(entries(path), key=lambda entry: entry.published)[-100:]
        except SourceError:
            continue
        profile, last = None, None
        at = min(window, len(found) // 2)
        shown = found[:at]
        while shown and path.name not in STAMPED:
            now = shown[-1].published + timedelta(minutes=20)
            verdict = Verdict(ruling=Ruling.PUBLISH)
            changes = [revise.revise(e, None, verdict, feed_key="", now=now) for e in shown]
            look = flood.look(
                changes, profile, shown=min(window, at), asked=("a",), last_read=last, now=now
            )
            visits += 1
            if look.alarm is not None:
                alarms.append((path.name, at, look.alarm))
                break
            profile, last = look.profile, now
            shown, at = found[at : at + step][-window:], min(at + step, len(found))
    assert alarms == []
    assert visits > 200
    print(f"\n{visits} visits of recorded feeds, no alarm")
