"""The bounded child: no document stalls or kills the daemon."""

import os
import pickle
import signal
from datetime import timedelta
from io import BytesIO

import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.model import Extent, Fetched
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
