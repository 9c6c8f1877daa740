"""Numbers that only grow. A number is taken within the transaction that uses it.

On PostgreSQL the updated row stays locked until the end of that transaction: whoever takes from
the same counter waits, so numbers are committed in the order in which they were given.
"""

from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from aggregator.store.schema import counters

CLUSTER: Final = "cluster"
COMPARED: Final = "compared"  # the last entry that was compared with others' of the same story
ENTRY: Final = "entry"
FENCE: Final = "fence"
GENERATION: Final = "generation"
PING: Final = "ping"
RULING: Final = "ruling"
SEQUENCE: Final = "sequence"
SERIES: Final = "series"
TAKEDOWN: Final = "takedown"
NAMES: Final = (
    CLUSTER,
    COMPARED,
    ENTRY,
    FENCE,
    GENERATION,
    PING,
    RULING,
    SEQUENCE,
    SERIES,
    TAKEDOWN,
)

_READ: Final = select(counters.c.value).where(counters.c.name == bindparam("counter"))
_MOVE: Final = (
    update(counters)
    .where(counters.c.name == bindparam("counter"))
    .values(value=counters.c.value + bindparam("step"))
)

_LOCK: Final = _READ.with_for_update()


def lock(connection: Connection, name: str) -> None:
    """Keep others from locking or taking until the transaction ends; writes nothing.

    SQLite has one writer at a time anyway.
    """
    connection.execute(_LOCK, {"counter": name})


def take(connection: Connection, name: str, count: int) -> range:
    """Take `count` numbers; with 0, only keep others from taking any."""
    connection.execute(_MOVE, {"counter": name, "step": count})
    last = read(connection, name)
    return range(last - count + 1, last + 1)


def read(connection: Connection, name: str) -> int:
    """Return the last number that was given."""
    return int(connection.execute(_READ, {"counter": name}).scalar_one())
