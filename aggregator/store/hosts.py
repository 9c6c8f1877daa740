"""Hosts that asked to be left alone: Retry-After holds for all feeds of a domain. Acts."""

import functools
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from aggregator.store.database import run_many, upsert
from aggregator.store.rows import micros, moment, text
from aggregator.store.schema import hosts


def hold(connection: Connection, holds: Iterable[tuple[str, datetime, str]]) -> None:
    """Let nothing of a domain be claimed before a moment. A hold never gets shorter.

    Args:
        connection: a writer's.
        holds: domain, until when, and why.
    """
    rows = [
        {"domain": domain, "not_before": micros(until), "reason": text(reason)}
        for domain, until, reason in holds
    ]
    run_many(connection, _hold(connection.dialect.name), rows)


def held(connection: Connection, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """Return the domains that are held now, each with the end of its hold."""
    question = (
        select(hosts.c.domain, hosts.c.not_before)
        .where(hosts.c.not_before > micros(now))
        .order_by(hosts.c.domain)
    )
    return tuple((row.domain, moment(row.not_before)) for row in connection.execute(question))


@functools.cache
def _hold(dialect: str) -> Any:
    statement = upsert(dialect, hosts)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=[hosts.c.domain],
        set_={"not_before": new.not_before, "reason": new.reason},
        where=new.not_before > hosts.c.not_before,
    )
