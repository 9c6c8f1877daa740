"""Hubs that are to be told that a document changed (WebSub section 7). Acts."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update

from aggregator.store import counters
from aggregator.store.database import run_many, upsert
from aggregator.store.rows import micros
from aggregator.store.schema import pings


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """A hub to be told of a topic, as it was asked for."""

    hub: str
    topic: str
    tries: int  # that failed
    request: int  # the newest when it was read


def want(connection: Connection, topics: Iterable[tuple[str, str]], now: datetime) -> None:
    """Let hubs be told of topics at once, however often that failed before."""
    wanted = sorted(set(topics))
    if not wanted:
        return
    (request,) = counters.take(connection, counters.PING, 1)
    run_many(
        connection,
        _want(connection.dialect.name),
        [
            {"hub": hub, "topic": topic, "request": request, "due_at": micros(now), "tries": 0}
            for hub, topic in wanted
        ],
    )


@functools.cache
def _want(dialect: str) -> Any:
    statement = upsert(dialect, pings)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=list(pings.primary_key),
        set_={"request": new.request, "due_at": new.due_at, "tries": new.tries},
    )


def due(connection: Connection, now: datetime, most: int) -> tuple[Ping, ...]:
    """Return what is due, the longest due first."""
    question = (
        select(pings)
        .where(pings.c.due_at <= micros(now))
        .order_by(pings.c.due_at, pings.c.hub, pings.c.topic)
        .limit(most)
    )
    return tuple(
        Ping(hub=row.hub, topic=row.topic, tries=row.tries, request=row.request)
        for row in connection.execute(question)
    )


def done(connection: Connection, ping: Ping) -> None:
    """Forget a ping; not if it was asked for again meanwhile."""
    connection.execute(delete(pings).where(*_SAME), _named(ping))


def failed(connection: Connection, ping: Ping, until: datetime | None) -> None:
    """Try again at `until`, or never; not if it was asked for again meanwhile."""
    if until is None:
        done(connection, ping)
        return
    later = update(pings).where(*_SAME)
    later = later.values(tries=ping.tries + 1, due_at=micros(until))
    connection.execute(later, _named(ping))


_SAME: Final = (
    pings.c.hub == bindparam("_hub"),
    pings.c.topic == bindparam("_topic"),
    pings.c.request == bindparam("_request"),
)


def _named(ping: Ping) -> dict[str, object]:
    return {"_hub": ping.hub, "_topic": ping.topic, "_request": ping.request}
