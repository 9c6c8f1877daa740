"""How long publishing takes and how much memory: everything, and after one new article.

    python bench/build.py [--sizes 1000,10000,100000] [--json FILE]

Each size in a process of its own. See bench/README.md for what is measured and what is not.
"""

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.config import Config, load
from aggregator.gather import schedule
from aggregator.model import (
    Change,
    ChangeKind,
    Entry,
    EntryKey,
    Html,
    Identity,
    Outcome,
    Person,
    Ruling,
    Verdict,
    Visit,
)
from aggregator.press import Press
from aggregator.store import Claim, Store
from aggregator.syndicate import mint

SOURCES = 30
A_VISIT = 100  # entries recorded and emitted at once
A_DAY = 143  # entries: 100,000 in 700 days
START = datetime(2026, 11, 1, 8, tzinfo=UTC)
CATEGORIES = 400
LANGUAGES = ("en", "en", "en", "fr", "ar", "ar", "kmr", "ckb")
WORDS = {
    "en": "the council of the province agreed on water schools roads and a budget for villages",
    "fr": "le conseil de la province approuve un budget pour les écoles et les routes du nord",
    "ar": "وافق مجلس المحافظة على ميزانية جديدة للمدارس والطرق والمياه في القرى الشمالية",
    "kmr": "meclîsa parêzgehê biryar da ku ji bo av rê û dibistanên gundan budceyek nû",
    "ckb": "ئەنجومەنی پارێزگا بڕیاری دا لەسەر بودجەیەکی نوێ بۆ ئاو و ڕێگا و قوتابخانەکان",
}


def configure(folder: Path) -> Path:
    """Write a feeds.yaml with sources in five languages; a third of them in full."""
    sources = [
        {
            "id": f"outlet-{number}",
            "name": f"Outlet {number}",
            "url": f"https://outlet-{number}.example/feed",
            "homepage": f"https://outlet-{number}.example/",
            "language": {"always": LANGUAGES[number % len(LANGUAGES)]},
            "rights": {"allows": "full" if number % 3 == 0 else "excerpt"},
        }
        for number in range(SOURCES)
    ]
    settings = {
        "site": {
            "title": "Bench Center",
            "url": "https://bench.example",
            "owner_name": "Desk",
            "owner_email": "desk@bench.example",
        },
        "store": "store/aggregator.db",
        "publish": {"to": "public", "entries": 40},
        "editions": ["en", "fr", "ku", "ar"],
        "sources": sources,
    }
    path = folder / "feeds.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return path


def article(chance: random.Random, source: str, language: str, number: int) -> Entry:
    """Make an article of some 250 words with a few categories."""
    words = WORDS[language].split()

    def text(count: int) -> str:
        return " ".join(chance.choice(words) for _ in range(count)).capitalize()

    body = "".join(f"<p>{text(60)}.</p>" for _ in range(4))
    published = START - timedelta(minutes=chance.randrange(60 * 24 * 700))
    return Entry(
        key=EntryKey(source_id=source, guid=f"https://{source}.example/{number}"),
        identity=Identity.GUID,
        digest=f"2:{number}",
        address=f"{source}.example/{number}",
        same_story=None,
        link=f"https://{source}.example/{number}",
        title=f"{text(8)} {number}",
        standfirst=f"{text(30)}.",
        body=Html(body),
        published=published,
        updated=None,
        byline=(Person(name="R. Demir"),),
        lead_image=None,
        enclosures=(),
        categories=tuple(
            f"Topic {chance.randrange(CATEGORIES)}" for _ in range(chance.randrange(3))
        ),
        rights=None,
        license=None,
        language=language,
        language_reason="always",
        origin=None,
    )


def visit(claim: Claim, entries: list[Entry], now: datetime) -> Visit:
    """Make the visit that brought them."""
    return Visit(
        source_id=claim.state.source_id,
        feed_key=claim.state.feed_key,
        fence=claim.fence,
        at=now,
        url="https://feed.example/",
        outcome=Outcome.CHANGED,
        status=200,
        received=1000,
        state=replace(claim.state, last_visit=now, next_due=now),
        changes=tuple(
            Change(
                kind=ChangeKind.NEW,
                entry=entry,
                entry_id=None,
                text_digest=entry.digest,
                published=entry.published or now,
                updated=entry.published or now,
                verdict=Verdict(ruling=Ruling.PUBLISH),
            )
            for entry in entries
        ),
    )


def fill(store: Store, chance: random.Random, size: int) -> datetime:
    """Record and emit `size` articles over as many days as they take; return the last."""
    now = START - timedelta(days=size / A_DAY)
    left, number = size, 0
    while left:
        for claim in store.claim(now, limit=SOURCES, lease=timedelta(minutes=5), force=True):
            count = min(left, A_VISIT)
            source = claim.state.source_id
            language = LANGUAGES[int(source.rpartition("-")[2]) % len(LANGUAGES)]
            entries = [article(chance, source, language, number + n) for n in range(count)]
            store.record([visit(claim, entries, now)])
            store.emit(set(LANGUAGES), now=now, mint=mint.mint)
            number += count
            left -= count
            now += timedelta(days=count / A_DAY)
            if not left:
                break
    return now


def measure(size: int) -> dict[str, float]:
    """Fill a store, publish everything, then one more article, several times."""
    chance = random.Random(size)
    with tempfile.TemporaryDirectory(prefix="aggregator-bench-") as name:
        config = load(configure(Path(name)))
        start = START - timedelta(days=size / A_DAY + 1)
        with Store.open(config.store, now=start) as store:
            store.enroll(
                config.sources,
                now=start,
                domain_of=lambda feed, _: feed.candidates[0].split("/")[2],
                clamp=schedule.clamped,
            )
            now = fill(store, chance, size)
            before = _memory()
            press = Press(config, store, clock=lambda: now)
            began = time.perf_counter()
            documents = len(asyncio.run(press.publish()))
            whole = time.perf_counter() - began
            peak = _memory()
            again = list(_one_more(config, store, chance, size, now))
        files = [path.stat().st_size for path in config.publish_to.rglob("*") if path.is_file()]
    return {
        "articles": size,
        "documents": documents,
        "megabytes": sum(files) / 1e6,
        "whole_s": whole,
        "per_article_ms": 1000 * whole / size,
        "memory_before_mb": before,
        "memory_peak_mb": peak,
        "one_more_median_s": sorted(seconds for seconds, _ in again)[len(again) // 2],
        "one_more_worst_s": max(seconds for seconds, _ in again),
        "one_more_documents": max(count for _, count in again),
    }


def _one_more(
    config: Config, store: Store, chance: random.Random, size: int, start: datetime
) -> Iterator[tuple[float, int]]:
    """Publish one article more, in a press of its own each time as after a restart."""
    for number in range(7):
        now = start + timedelta(minutes=10 * number + 10)
        press = Press(config, store, clock=lambda now=now: now)  # type: ignore[misc]
        (claim, *rest) = store.claim(now, limit=50, lease=timedelta(minutes=5), force=True)
        store.release(rest)
        source = claim.state.source_id
        language = LANGUAGES[int(source.rpartition("-")[2]) % len(LANGUAGES)]
        store.record([visit(claim, [article(chance, source, language, size + number)], now)])
        time.sleep(1.1)  # two versions of a document are a second apart, and writing would wait
        began = time.perf_counter()
        changed = asyncio.run(press.publish())
        yield time.perf_counter() - began, len(changed)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure each size in a process of its own and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.one:
        print(json.dumps(measure(wanted.one)))
        return
    results = []
    for size in wanted.sizes.split(","):
        done = subprocess.run(
            [sys.executable, __file__, "--one", size], check=True, capture_output=True, text=True
        )
        results.append(json.loads(done.stdout.splitlines()[-1]))
        row = results[-1]
        print(
            f"{row['articles']:>8,.0f} articles: {row['documents']:>9,.0f} documents, "
            f"{row['megabytes']:>7,.0f} MB, all {row['whole_s']:>7.1f} s "
            f"({row['per_article_ms']:.2f} ms each), memory {row['memory_before_mb']:.0f} -> "
            f"{row['memory_peak_mb']:.0f} MB; one more {row['one_more_median_s']:.2f} s, worst "
            f"{row['one_more_worst_s']:.2f} s, {row['one_more_documents']:.0f} documents",
            flush=True,
        )
    if wanted.json:
        wanted.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
