"""What happened, in numbers and words, for logs, tables and (later) metrics. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from aggregator.config import Config
from aggregator.model import Outcome
from aggregator.store import Recorded


@dataclass(slots=True)
class Tally:
    """The sum of one pass."""

    visits: int = 0
    failed: int = 0
    unchanged: int = 0
    new: int = 0
    changed: int = 0
    held: int = 0
    received: int = 0  # bytes on the wire
    refused: int = 0  # visits that could not be recorded
    failures: dict[str, int] = field(default_factory=dict)  # by kind

    def add(self, recorded: Recorded) -> None:
        """Count one visit."""
        visit = recorded.visit
        self.visits += 1
        self.failed += visit.outcome is Outcome.FAILED
        self.unchanged += visit.outcome is Outcome.UNCHANGED
        self.new += recorded.new
        self.changed += recorded.changed
        self.held += recorded.held
        self.received += visit.received
        self.refused += not recorded.accepted
        if visit.failure is not None:
            self.failures[visit.failure.kind] = self.failures.get(visit.failure.kind, 0) + 1


def tally(visits: Iterable[Recorded]) -> Tally:
    """Sum up a pass."""
    total = Tally()
    for recorded in visits:
        total.add(recorded)
    return total


def visit_line(recorded: Recorded) -> dict[str, object]:
    """Name the fields of the one log line a visit gets, in reading order."""
    visit = recorded.visit
    line: dict[str, object] = {
        "source": visit.source_id,
        "outcome": str(visit.outcome),
        "status": visit.status,
        "bytes": visit.received,
        "new": recorded.new,
        "changed": recorded.changed,
        "held": recorded.held,
        "next": visit.state.next_due.isoformat(timespec="seconds")
        if visit.state.next_due
        else None,
    }
    if visit.feed_key:
        line["feed"] = visit.feed_key
    if visit.failure is not None:
        line["failure"] = str(visit.failure.kind)
        line["message"] = visit.failure.message
        line["failures"] = visit.state.failures
    if visit.state.stopped:
        line["stopped"] = visit.state.stopped
    if visit.state.quarantine is not None:
        line["quarantined"] = visit.state.quarantine.reason
    if visit.flaws:
        line["flaws"] = list(visit.flaws)
    if not recorded.accepted:
        line["not_recorded"] = recorded.reason
    return line


def labels(config: Config) -> dict[tuple[str, str], str]:
    """Name each feed for people: its source's id, with a number where there are several."""
    return {
        (source.id, feed.key): source.id if len(source.feeds) == 1 else f"{source.id} #{number}"
        for source in (*config.sources, *config.disabled)
        for number, feed in enumerate(source.feeds, start=1)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a publish wrote: the editions' feeds by their paths, the rest by its number."""

    feeds: tuple[str, ...]
    other: int


def printed(changed: Collection[str]) -> Printed:
    """Sum up the paths whose bytes changed."""
    names = tuple(f"/{name}" for name in ("atom.xml", "rss20.xml", "feed.json"))
    feeds = tuple(path for path in changed if path.count("/") == 1 and path.endswith(names))
    return Printed(feeds=feeds, other=len(changed) - len(feeds))
