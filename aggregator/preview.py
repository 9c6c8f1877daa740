"""What a document would become, with the reasons: the command `parse`. Acts; stores nothing."""

import json
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from aggregator import __version__
from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.gather import schedule
from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.judge import rules
from aggregator.model import Feed, Fetched, NotModified, Screened, Source, Verdict
from aggregator.pipeline import utc_now
from aggregator.press import user_agent
from aggregator.store import Store
from aggregator.text.excerpt import excerpt
from aggregator.text.html import plain
from aggregator.text.language import direction
from aggregator.worker import Reading, WorkerPool

DEADLINE = timedelta(seconds=60)
MAX_BODY = 10_000_000  # bytes


async def preview(
    document: str, *, config: Config | None, source_id: str | None, as_json: bool
) -> None:
    """Read a feed as `update` would, and print its articles instead of storing them.

    The rules of its source are tried on them: which of them fitted, on what, and what they did.

    Args:
        document: an http(s) address, or the path of a file.
        config: feeds.yaml, if there is one: its network settings and the source's priors count.
        source_id: read it as this source; None: the one whose address it is, if any.
        as_json: print JSON.

    Raises:
        SourceError: it could not be fetched, or is no feed.
        AggregatorError: there is no such file.
    """
    now = utc_now()
    source, feed = _source(document, config, source_id)
    if config is not None:
        _ask_leave(config, source, feed, now)
    fetched = await _fetch(document, source, config, now)
    async with WorkerPool(1) as pool:
        reading = await pool.read(fetched, source.id, guids_unreliable=False)
        screened = await pool.normalize(
            reading.items, source=source, feed=feed, meta=reading.feed.meta, now=now
        )
    judged = [(one, rules.judge(one, source)) for one in screened]
    if as_json:
        articles = [_article(one, verdict) for one, verdict in judged]
        report = {"feed": _feed(reading, source), "articles": articles}
        print(json.dumps(report, ensure_ascii=False, indent=2))  # noqa: T201
    else:
        _print(reading, source, judged)


def _ask_leave(config: Config, source: Source, feed: Feed, now: datetime) -> None:
    """Refuse to ask a server that asked for a pause, or said that the feed is gone.

    Raises:
        AggregatorError: until when, or why.
    """
    if "://" not in config.store and not Path(config.store).exists():
        return
    with Store.open(config.store, now=now, check=False) as store:
        rows = [
            row
            for row in store.feeds(now)
            if (row.source_id, row.feed_key) == (source.id, feed.key)
        ]
    for row in rows:
        if row.held_until is not None or not schedule.may_force(row.state, now):
            raise AggregatorError(
                f"{source.id} may not be asked now: {row.state.failure or row.state.stopped}; "
                f"not before {row.held_until or row.state.not_before or 'its address is changed'}"
            )


def _source(document: str, config: Config | None, source_id: str | None) -> tuple[Source, Feed]:
    """Find whose document it is; what no source owns is read without any prior."""
    for source in config.sources if config else ():
        for feed in source.feeds:
            if source.id == source_id or (source_id is None and document in feed.candidates):
                return source, feed
    name = urlsplit(document).hostname or Path(document).name
    feed = Feed(key="", candidates=(document,))
    return Source(id="preview", name=name, feeds=(feed,)), feed


async def _fetch(document: str, source: Source, config: Config | None, now: datetime) -> Fetched:
    if not document.startswith(("http://", "https://")):
        return _from_file(Path(document), source)
    async with Fetcher(
        user_agent=user_agent(config) if config else f"aggregator/{__version__}",
        contact=config.site.owner_email if config else "",
        allow=AllowList.parse(config.network.allow if config else ()),
        deadline=config.network.deadline if config else DEADLINE,
        max_wire=config.network.max_body if config else MAX_BODY,
        max_body=config.network.max_body if config else MAX_BODY,
        spacing=timedelta(0),
    ) as fetcher:
        fetched = await fetcher.fetch(document, validators=None, now=now)
    assert not isinstance(fetched, NotModified)  # nothing conditional was asked
    return fetched


def _from_file(path: Path, source: Source) -> Fetched:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise AggregatorError(
            f"cannot read {path}: {error.strerror}; wanted: an http(s) address or a file"
        ) from error
    return Fetched(
        url=source.homepage or "https://example.org/",  # what relative links are relative to
        content_type="",
        content_language=None,
        body=body,
        received=len(body),
        validators=None,
        fresh_until=None,
        moved_to=None,
        conditional=False,
    )


def _feed(reading: Reading, source: Source) -> dict[str, object]:
    meta = reading.feed.meta
    return {
        "source": source.id,
        "format": reading.feed.format,
        "id": meta.id,
        "title": meta.title,
        "language": meta.language,
        "rights": meta.rights,
        "entries": len(reading.items),
        "flaws": list(reading.feed.flaws),
    }


def _article(screened: Screened, verdict: Verdict) -> dict[str, object]:
    entry = screened.entry
    return {
        "title": entry.title,
        "standfirst": entry.standfirst,
        "published": _iso(entry.published),
        "updated": _iso(entry.updated),
        "byline": [person.name for person in entry.byline],
        "link": entry.link,
        "guid": entry.key.guid,
        "identity": str(entry.identity),
        "language": entry.language,
        "language_reason": entry.language_reason,
        "direction": direction(entry.title, entry.language),
        "categories": list(entry.categories),
        "lead_image": entry.lead_image.url if entry.lead_image else None,
        "enclosures": [enclosure.url for enclosure in entry.enclosures],
        "rights": entry.rights,
        "license": entry.license,
        "flags": list(entry.flags),
        "ruling": str(verdict.ruling),
        "reasons": list(verdict.reasons),
        "rules": list(screened.reasons),
        "body": entry.body,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _print(reading: Reading, source: Source, judged: Iterable[tuple[Screened, Verdict]]) -> None:
    out = Console(highlight=False, soft_wrap=True, file=sys.stdout)
    feed = reading.feed
    out.print(Text(feed.meta.title or source.name, style="bold"))
    out.print(f"{feed.format}, {len(reading.items)} entries, language {feed.meta.language or '-'}")
    for flaw in feed.flaws:
        out.print(Text(f"flaw: {flaw}", style="yellow"))
    for screened, verdict in judged:
        entry = screened.entry
        out.print()
        out.print(Text(entry.title, style="bold"))
        if text := entry.standfirst or excerpt(plain(entry.body), words=30):
            out.print(Text(text))
        day = entry.published.strftime("%d.%m.%Y") if entry.published else "no date"
        names = ", ".join(person.name for person in entry.byline) or "no byline"
        out.print(Text(f"{day} · {names}"))
        out.print(Text(f"Source: {source.name} {entry.link or '(no address)'}"))
        for fitted in screened.reasons:
            out.print(Text(fitted, style="cyan"))
        reasons = "; ".join(why for why in verdict.reasons if why not in screened.reasons)
        out.print(Text(f"{verdict.ruling}: {reasons or 'by that rule'}", style="dim"))
        identity = f"identity by {entry.identity}: {entry.key.guid}"
        words = len(plain(entry.body).split())
        out.print(Text(f"{identity} · {words} words of body", style="dim"))
