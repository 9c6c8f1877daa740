"""The bounded child: no document stalls or kills the daemon."""

import os
import pickle
import signal
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.model import (
    Condition,
    Extent,
    Feed,
    Fetched,
    Rule,
    RuleField,
    Ruling,
    Source,
)
from aggregator.worker import WorkerPool, _Unpickler

pytestmark = pytest.mark.anyio

ITEM = "<item><title>Water authority publishes schedule {n}</title><guid>{n}</guid></item>"


HUGE = f"<rss version='2.0'><channel><title>{'a ' * 20_000_000}</title></channel></rss>"


def fetched(body):
    return Fetched(
        url="https://herald.example/feed",
        content_type="application/rss+xml",
        content_language=None,
        body=body.encode(),
        received=len(body),
        validators=None,
        fresh_until=None,
        moved_to=None,
        conditional=False,
    )


def feed(count):
    items = "".join(ITEM.format(n=n) for n in range(count))
    return fetched(f'<rss version="2.0"><channel><title>H</title>{items}</channel></rss>')


async def read(pool, document):
    return await pool.read(document, "herald", guids_unreliable=False)


async def test_a_document_is_read_in_another_process():
    async with WorkerPool(1) as pool:
        reading = await read(pool, feed(3))
        (child,) = pool._children
        assert child._process.pid != os.getpid()
    assert [item.key.guid for item in reading.items] == ["0", "1", "2"]
    assert child._process.returncode is not None


async def test_a_child_serves_many_documents_and_is_then_replaced(monkeypatch):
    monkeypatch.setattr("aggregator.worker.JOBS_PER_CHILD", 3)
    pids = []
    async with WorkerPool(1) as pool:
        for _ in range(5):
            await read(pool, feed(1))
            pids += [child._process.pid for child in pool._children]
    assert len(set(pids)) == 2


async def test_a_document_that_takes_too_long_is_a_failure_and_the_next_one_is_read():
    async with WorkerPool(1) as pool:
        await read(pool, feed(1))
        pool._time_limit = timedelta(milliseconds=20)
        with pytest.raises(SourceError, match="more than") as caught:
            await read(pool, feed(10_000))
        assert caught.value.kind is FailureKind.TOO_COSTLY
        pool._time_limit = timedelta(seconds=30)
        assert len((await read(pool, feed(2))).items) == 2


async def test_a_document_that_takes_too_much_memory_is_a_failure_and_the_next_one_is_read():
    async with WorkerPool(1, memory_limit=160 * 1024 * 1024) as pool:
        with pytest.raises(SourceError) as caught:
            await read(pool, fetched(HUGE))
        assert caught.value.kind is FailureKind.TOO_COSTLY
        assert len((await read(pool, feed(2))).items) == 2


async def test_a_child_that_dies_is_replaced():
    async with WorkerPool(1) as pool:
        await read(pool, feed(1))
        (child,) = pool._children
        os.kill(child._process.pid, signal.SIGKILL)
        with pytest.raises(SourceError, match="ended the process"):
            await read(pool, feed(1))
        assert len((await read(pool, feed(2))).items) == 2


async def test_what_is_no_feed_is_named_by_the_child():
    async with WorkerPool(1) as pool:
        with pytest.raises(SourceError) as caught:
            await read(pool, fetched(""))
    assert caught.value.kind is FailureKind.EMPTY


def test_the_parent_makes_nothing_but_our_values_of_what_a_child_sends():
    class Evil:
        def __reduce__(self):
            return os.system, ("true",)

    with pytest.raises(pickle.UnpicklingError, match="system"):
        _Unpickler(BytesIO(pickle.dumps(Evil()))).load()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("aggregator.worker", "os.system"),  # through what a module of ours imports
        ("aggregator.worker", "main"),
        ("aggregator.gather.picture", "Image.open"),
        ("aggregator.errors", "datetime"),
        ("aggregator.model.configured", "Extent.__class__"),
        ("aggregator.model.configured", "dataclass"),
        ("aggregator.model.gathered", "datetime"),
    ],
)
def test_a_child_reaches_nothing_through_our_modules(module, name):
    sent = b"\x80\x04" + b"".join(
        b"\x8c" + bytes([len(text)]) + text for text in (module.encode(), name.encode())
    )
    with pytest.raises(pickle.UnpicklingError, match="no value of ours"):
        _Unpickler(BytesIO(sent + b"\x93.")).load()


def asked_of(name, module=b"aggregator.model.configured", of=b"Extent"):
    """What Python 3.11.2 writes for a member of an Enum: getattr(of, name)."""
    return b"cbuiltins\ngetattr\n(c" + module + b"\n" + of + b"\nS'" + name + b"'\ntR."


def test_a_member_of_an_enumeration_may_be_written_as_an_early_python_writes_it():
    assert _Unpickler(BytesIO(asked_of(b"FULL"))).load() is Extent.FULL


@pytest.mark.parametrize(
    "sent",
    [
        asked_of(b"__class__"),
        asked_of(b"mro"),
        asked_of(b"__init__", of=b"Source"),
        asked_of(b"nothing"),
    ],
)
def test_nothing_else_is_had_by_getattr(sent):
    with pytest.raises(pickle.UnpicklingError, match="no value of ours"):
        _Unpickler(BytesIO(sent)).load()


RULES = (
    Rule(name="boxes", strip=("div.related",)),
    Rule(
        name="topics",
        unless=(Condition(field=RuleField.TEXT, words=("Rojava",)),),
        then=Ruling.DROP,
    ),
    Rule(name="old", older=timedelta(days=7), then=Ruling.HOLD),
)
STORY = (
    "<item><title>Water</title><guid>1</guid><pubDate>Tue, 10 Nov 2026 08:00:00 GMT</pubDate>"
    "<description><![CDATA[<p>{text}</p><div class='related'>Rojava</div>]]></description></item>"
)
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


async def screened(pool, text, **seen):
    document = fetched(
        f'<rss version="2.0"><channel><title>H</title>{STORY.format(text=text)}</channel></rss>'
    )
    reading = await read(pool, document)
    (one,) = await pool.normalize(
        reading.items,
        source=Source(
            id="herald", name="H", feeds=(), language="en", language_decides=True, rules=RULES
        ),
        feed=Feed(key="", candidates=("https://herald.example/feed",)),
        meta=reading.feed.meta,
        now=NOW,
        **seen,
    )
    return one


async def test_an_entry_comes_back_screened_and_stripped_by_the_sources_rules():
    async with WorkerPool(1) as pool:
        dropped = await screened(pool, "Rain at last.")
        held = await screened(pool, "Rain at last in Rojava.")
    assert dropped.ruling is Ruling.DROP
    assert (dropped.entry.standfirst, dropped.entry.body) == ("Rain at last.", "")
    assert dropped.reasons == (
        "rule boxes: every entry -> strip div.related",
        "rule topics: text has none of “Rojava” -> drop",
    )
    assert held.ruling is Ruling.HOLD
    assert held.reasons[1] == "rule old: 14 days old, older than 7 days -> hold"


async def test_rules_judge_the_age_that_an_entry_had_when_it_was_first_seen():
    async with WorkerPool(1) as pool:
        known = await screened(pool, "Rojava", seen={"1": datetime(2026, 11, 11, tzinfo=UTC)})
    assert known.ruling is None


async def test_stored_entries_that_are_decided_again_are_screened_again():
    async with WorkerPool(1) as pool:
        before = await screened(pool, "Rain at last in Rojava.")
        source = Source(
            id="herald",
            name="H",
            feeds=(),
            rules=(Rule(name="all", language="kmr", tag=("Nûçe",)),),
        )
        (after,) = await pool.decide((before.entry,), source=source, now=NOW)
    assert after.entry.language == "kmr"
    assert after.entry.language_reason == "rule all"
    assert after.reasons == ("rule all: every entry -> tag “Nûçe”, language kmr",)
