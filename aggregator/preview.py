"""What a document would become, with the reasons: the command `parse`. Acts; stores nothing."""

import json
import sys
from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.text import Text

from aggregator.config import Config
from aggregator.judge import rules
from aggregator.model import Screened, Source, Verdict
from aggregator.obtaining import obtain, source_of
from aggregator.pipeline import utc_now
from aggregator.text.excerpt import excerpt
from aggregator.text.html import plain
from aggregator.text.language import direction
from aggregator.worker import Reading, WorkerPool


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
    source, feed = source_of(document, config, source_id)
    fetched = await obtain(document, source, feed, config, now)
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
