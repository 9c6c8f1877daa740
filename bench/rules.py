"""What the operator's rules cost: processor time for each article that they are asked about.

    .venv/bin/python bench/rules.py [--rounds 5] [--json FILE]

Made-up articles of three lengths in three scripts, under rules as operators write them. Bringing
an article into the article format is measured beside them, for comparison.
"""

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from aggregator.gather.identify import identify
from aggregator.gather.normalize import normalize
from aggregator.judge import filters
from aggregator.model import (
    Condition,
    Entry,
    Feed,
    FeedMeta,
    ParsedEntry,
    ParsedFeed,
    Rule,
    RuleField,
    Ruling,
    Source,
    Text,
)

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
FEED = Feed(key="", candidates=("https://herald.example/feed",))
LENGTHS = (50, 500, 5000)  # words
LETTERS = {"en": "etaoinshrdlu", "kmr": "aeênirdtkjbşîû", "ckb": "اەیێنردتکبووشۆڕ"}


def article(language: str, length: int, chance: random.Random) -> Callable[..., Entry]:
    """What brings a made-up article into the article format."""
    letters = LETTERS[language]
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(length)]
    parts = (" ".join(words[start : start + 60]) for start in range(0, length, 60))
    body = "".join(f"<p>{part}.</p>" for part in parts) + "<div class=related><p>More</p></div>"
    parsed = ParsedEntry(
        guid="1",
        link="https://herald.example/a/1",
        title=Text(value=" ".join(words[:9]), html=False),
        contents=(Text(value=body),),
    )
    document = ParsedFeed(format="rss20", meta=FeedMeta(), entries=(parsed,))
    (item,) = identify("herald", document, guids_unreliable=False)
    source = Source(
        id="herald", name="Herald", feeds=(FEED,), language=language, language_decides=True
    )
    return partial(normalize, item, source=source, feed=FEED, meta=FeedMeta(), now=NOW)


def rules(chance: random.Random) -> dict[str, tuple[Rule, ...]]:
    """Rules as operators write them; none of them fits, so all of each text is looked at."""
    script = list(LETTERS.values())
    words = tuple(
        "zz" + "".join(chance.choices(chance.choice(script), k=7)) + "*" * (n % 3 == 0)
        for n in range(200)
    )

    def looking(words: tuple[str, ...] = (), pattern: str | None = None) -> tuple[Rule, ...]:
        sought = Condition(field=RuleField.TEXT, words=words, pattern=pattern)
        return (Rule(name="r", when=(sought,), then=Ruling.DROP),)

    return {
        "no rule": (),
        "10 words": looking(words[:10]),
        "200 words": looking(words),
        "10 rules of 20 words": tuple(
            rule for n in range(10) for rule in looking(words[20 * n : 20 * n + 20])
        ),
        "a pattern": looking(pattern=r"zz(urd|كورد)\w+stan"),
        "a costly pattern": looking(pattern=r"(\w+ )+zz"),
        "strip one selector": (Rule(name="s", strip=("div.related",)),),
    }


def spent(work: Callable[[], object], rounds: int) -> float:
    """Return the median of milliseconds of processor time, without the first, which compiles."""
    work()
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append(1000 * (time.process_time() - begun))
    return statistics.median(found)


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--json", type=Path)
    options = asked.parse_args()
    chance = random.Random(4)
    kinds = rules(chance)
    rows = []
    for language in LETTERS:
        for length in LENGTHS:
            bring = article(language, length, chance)
            entry = bring()
            row: dict[str, object] = {"language": language, "words": length}
            row["bring"] = spent(bring, options.rounds)
            for name, some in kinds.items():
                screen = partial(filters.screen, entry, some, now=NOW, without=bring)
                row[name] = spent(screen, options.rounds)
            rows.append(row)
    print("ms an article".ljust(14), *(name.rjust(21) for name in ("bring", *kinds)))
    for row in rows:
        head = f"{row['language']} {row['words']}".ljust(14)
        print(head, *(f"{row[name]:21.3f}" for name in ("bring", *kinds)))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
