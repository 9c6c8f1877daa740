"""Lives of feeds, played from tests/corpus/schedule, and what holds for any life."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from aggregator.errors import FailureKind, SourceError
from aggregator.gather import schedule
from aggregator.gather.schedule import addresses, timing
from aggregator.model import (
    Feed,
    FeedMeta,
    FeedState,
    Fetched,
    NotModified,
    ParsedFeed,
    Source,
    Validators,
)

CORPUS = Path(__file__).parent / "corpus" / "schedule"
START = datetime(2025, 1, 6, 10, 0, tzinfo=UTC)
UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
RESULTS = {"feed", "same", "not-modified", *FailureKind}

Result = Fetched | NotModified | SourceError


def span(written: str | None) -> timedelta | None:
    if written is None:
        return None
    assert re.fullmatch(r"(\d+[dhms])+", written), f"{written!r} is no duration"
    parts = re.findall(r"(\d+)([dhms])", written)
    return timedelta(seconds=sum(int(number) * UNITS[unit] for number, unit in parts))


def moment(written: str | datetime) -> datetime:
    if isinstance(written, datetime):  # YAML's own timestamps
        return written.replace(tzinfo=UTC)
    return datetime.fromisoformat(written)


class Life:
    """Plays one scenario."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        self.now = moment(scenario.get("start", START))
        self.chance = float(scenario.get("chance", 0))
        self.interval = span(scenario.get("interval", "1h")) or timedelta(0)
        self.state = FeedState(source_id="a")
        self.configure(scenario.get("candidates", ["https://a.example/feed"]))

    def configure(self, candidates: list[str]) -> None:
        self.feed = Feed(key="", candidates=tuple(candidates))
        self.source = Source(id="a", name="A", feeds=(self.feed,), interval=self.interval)

    def visit(self, visit: dict[str, Any]) -> None:
        assert visit.keys() <= {"after", "candidates", "asks", "gets", "then"}
        if "after" in visit:
            self.now += span(visit["after"]) or timedelta(0)
        elif self.state.next_due is not None:
            self.now = self.state.next_due
        if "candidates" in visit:
            self.configure(visit["candidates"])
        asked = schedule.current_url(self.feed, self.state)
        if "asks" in visit:
            assert asked == visit["asks"]
        result, parsed, fetched = self.result(visit["gets"], asked or self.feed.candidates[0])
        if isinstance(result, Fetched):
            assert schedule.is_new(result, self.state) == (parsed is not None)
        self.state = schedule.after(
            self.state,
            self.source,
            self.feed,
            result,
            parsed,
            now=self.now,
            chance=self.chance,
            fetched=fetched,
        )
        for name, expected in visit.get("then", {}).items():
            self.check(name, expected)

    def result(
        self, gets: str | dict[str, Any], url: str
    ) -> tuple[Result, ParsedFeed | None, Fetched | None]:
        ((what, details),) = gets.items() if isinstance(gets, dict) else [(gets, {})]
        assert what in RESULTS, what
        details = dict(details)
        etag = details.pop("etag", None)
        validators = Validators(url=url, etag=etag) if etag else None
        fresh = span(details.pop("fresh", None))
        answer = {
            "url": url,
            "validators": validators,
            "fresh_until": self.now + fresh if fresh else None,
            "moved_to": details.pop("moved_to", None),
        }
        if what == "not-modified":
            assert not details
            return NotModified(**answer), None, None
        body = b"the last" if what == "same" else details.pop("body", str(self.now)).encode()
        fetched = Fetched(
            **answer,
            content_type="",
            content_language=None,
            body=body,
            received=len(body),
            conditional=details.pop("conditional", False),
        )
        if what in ("feed", "same"):
            hints = {name: span(details.pop(name, None)) for name in ("ttl", "update_period")}
            hints |= {name: tuple(details.pop(name, ())) for name in ("skip_hours", "skip_days")}
            assert not details
            if what == "same":
                self.state = replace(self.state, body_digest=_digest_of(fetched))
                return fetched, None, None
            parsed = ParsedFeed(format="rss20", meta=FeedMeta(), entries=(), **hints)
            return fetched, parsed, None
        retry = span(details.pop("retry", None))
        error = SourceError(
            FailureKind(what),
            details.pop("message", what),
            retry_at=self.now + retry if retry else None,
        )
        assert not details
        return error, None, fetched

    def check(self, name: str, expected: Any) -> None:
        state = self.state
        if name == "due":
            assert state.next_due is not None
            assert state.next_due - self.now == span(expected)
        elif name == "due_at":
            assert state.next_due == moment(expected)
        elif name == "next":
            assert schedule.current_url(self.feed, state) == expected
        elif name == "may_force":
            assert schedule.may_force(state, self.now + timedelta(minutes=1)) is expected
        elif name == "says":
            assert schedule.describe(state, self.now) == expected
        elif name == "etag":
            assert (state.validators and state.validators.etag) == expected
        else:
            self.check_field(name, getattr(state, name), expected)

    def check_field(self, name: str, held: Any, expected: Any) -> None:
        if isinstance(held, datetime):
            assert held - self.now == span(expected), name
        elif isinstance(held, timedelta):
            assert held == span(expected), name
        elif name in ("stopped", "failure") and expected is not None:
            assert expected in held
        else:
            assert held == (tuple(expected) if isinstance(expected, list) else expected), name


def _digest_of(fetched: Fetched) -> str | None:
    feed = Feed(key="", candidates=(fetched.url,))
    source = Source(id="a", name="A", feeds=(feed,))
    parsed = ParsedFeed(format="rss20", meta=FeedMeta(), entries=())
    blank = FeedState(source_id="a")
    return schedule.after(blank, source, feed, fetched, parsed, now=START, chance=0).body_digest


SCENARIOS = sorted(CORPUS.glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=[path.stem for path in SCENARIOS])
def test_the_life_of_a_feed(path: Path) -> None:
    scenario = YAML(typ="safe").load(path)
    assert scenario.keys() <= {"why", "interval", "candidates", "start", "chance", "visits"}
    assert scenario["why"]
    life = Life(scenario)
    for number, visit in enumerate(scenario["visits"], start=1):
        try:
            life.visit(visit)
        except AssertionError as error:
            error.add_note(f"{path.name}, visit {number}: {visit}\n{life.state}")
            raise


def test_a_new_feed_is_due_at_once() -> None:
    assert schedule.describe(FeedState(source_id="a"), START) == "due now"


@pytest.mark.parametrize(
    ("wait", "spoken"),
    [
        (timedelta(milliseconds=1), "1 s"),
        (timedelta(seconds=119), "119 s"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_waits_are_told_as_people_tell_them(wait: timedelta, spoken: str) -> None:
    state = FeedState(source_id="a", next_due=START + wait)
    assert schedule.describe(state, START) == f"next in {spoken}"


def test_a_clock_that_ran_ahead_does_not_silence_a_feed() -> None:
    ahead = START + timedelta(days=365)
    state = FeedState(
        source_id="a",
        last_visit=ahead,
        next_due=ahead + timedelta(hours=1),
        not_before=ahead + timedelta(minutes=5),
    )
    clamped = schedule.clamped(state, START)
    assert clamped.next_due == START + timedelta(hours=1)
    assert clamped.not_before == START + timedelta(minutes=5)
    assert schedule.clamped(clamped, START) is clamped


# --- what holds for any life ------------------------------------------------------------------

URLS = ("https://a.example/feed", "https://b.example/feed", "https://c.example/feed")
TARGETS = (*URLS, "https://new.example/feed", "https://newer.example/feed")
SPANS = st.timedeltas(timedelta(0), timedelta(days=400))
HOURS = st.lists(st.integers(0, 24), max_size=26)
DAYS = st.lists(st.integers(0, 6), max_size=8)


@st.composite
def results(draw: st.DrawFn) -> dict[str, Any]:
    kinds = ["feed", "feed", "not-modified", "http-status", "timeout", "gone", "rate-limited"]
    return {
        "what": draw(st.sampled_from(kinds)),
        "moved_to": draw(st.none() | st.sampled_from(TARGETS)),
        "fresh": draw(st.none() | SPANS),
        "retry": draw(st.none() | SPANS),
        "late": draw(st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(days=2)])),
        "chance": draw(st.floats(0, 1)),
        "ttl": draw(st.none() | SPANS),
        "skip_hours": tuple(draw(HOURS)),
        "skip_days": tuple(draw(DAYS)),
        "validators": draw(st.booleans()),
    }


def _result(drawn: dict[str, Any], url: str, now: datetime) -> tuple[Result, ParsedFeed | None]:
    if drawn["what"] not in ("feed", "not-modified"):
        retry_at = now + drawn["retry"] if drawn["retry"] is not None else None
        return SourceError(FailureKind(drawn["what"]), "why", retry_at=retry_at), None
    answer = {
        "url": url,
        "validators": Validators(url=url, etag='"1"') if drawn["validators"] else None,
        "fresh_until": now + drawn["fresh"] if drawn["fresh"] is not None else None,
        "moved_to": drawn["moved_to"],
    }
    if drawn["what"] == "not-modified":
        return NotModified(**answer), None
    fetched = Fetched(
        **answer,
        content_type="",
        content_language=None,
        body=str(now).encode(),
        received=1,
        conditional=False,
    )
    hints = {name: drawn[name] for name in ("ttl", "skip_hours", "skip_days")}
    return fetched, ParsedFeed(format="rss20", meta=FeedMeta(), entries=(), **hints)


@settings(deadline=None)  # a life is up to 25 visits
@given(
    st.lists(results(), min_size=1, max_size=25),
    st.integers(1, 3),
    st.timedeltas(timedelta(seconds=1), timedelta(days=10)),
)
def test_no_life_breaks_a_promise(
    life: list[dict[str, Any]], candidates: int, interval: timedelta
) -> None:
    feed = Feed(key="", candidates=URLS[:candidates])
    source = Source(id="a", name="A", feeds=(feed,), interval=interval)
    state = FeedState(source_id="a")
    now = START
    asked_at: dict[str, datetime] = {}
    for drawn in life:
        url = schedule.current_url(feed, state)
        assert (url is None) == (state.stopped is not None)
        if url is None:
            return
        assert url in (*feed.candidates, state.moved_to)
        assert url not in state.gone
        if url in asked_at:
            assert now - asked_at[url] >= interval, "an address was asked before its interval"
        asked_at[url] = now
        result, parsed = _result(drawn, url, now)
        before, state = (
            state,
            schedule.after(state, source, feed, result, parsed, now=now, chance=drawn["chance"]),
        )
        due = state.next_due
        assert due is not None
        assert now < due <= schedule.latest(source, now)
        assert _read_when_allowed(state, due)
        if isinstance(result, SourceError):
            assert state.failures == before.failures + 1
            assert due >= now + min(interval, timing.STEP)
            if result.retry_at is not None:
                held = min(result.retry_at, now + timing.LONGEST_HOLD)
                assert due >= held
                assert held <= now or not schedule.may_force(state, held - timedelta.resolution)
        else:
            assert due >= now + interval
            assert state.failures == 0
            assert schedule.may_force(state, now)
        now = due + drawn["late"]


def _read_when_allowed(state: FeedState, due: datetime) -> bool:
    hours = {hour % 24 for hour in state.skip_hours}
    days = set(state.skip_days)
    return (due.hour not in hours or len(hours) == 24) and (
        due.weekday() not in days or len(days) == 7
    )


@given(
    st.lists(st.sampled_from(TARGETS), max_size=3),
    st.integers(-5, 5),
    st.lists(st.sampled_from(TARGETS), max_size=4),
    st.lists(st.sampled_from(TARGETS), max_size=4),
    st.none() | st.sampled_from(TARGETS),
    st.none() | st.sampled_from(TARGETS),
)
def test_any_state_fits_any_feeds_yaml(
    candidates: list[str],
    candidate: int,
    gone: list[str],
    tried: list[str],
    moved_from: str | None,
    moved_to: str | None,
) -> None:
    feed = Feed(key="", candidates=tuple(dict.fromkeys(candidates)))
    state = FeedState(
        source_id="a",
        candidate=candidate,
        gone=tuple(gone),
        tried=tuple(tried),
        moved_from=moved_from,
        moved_to=moved_to,
        moved_since=START,
        moved_checked=START + addresses.SETTLED_AFTER,
    )
    url = schedule.current_url(feed, state)
    if url is None:
        assert set(feed.candidates) <= set(gone)
    else:
        assert url in (*feed.candidates, moved_to)
        assert url not in gone
