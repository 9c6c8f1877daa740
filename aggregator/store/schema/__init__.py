"""The tables: one text for SQLite and PostgreSQL.

    numbers    what all tables share, and the two that hold single values
    gathered   what is polled, and what was read
    judged     what people decided; stories that several sources tell
    published  emissions and what became of them, series, pictures, pings

- Moments are integers, microseconds since 1970 UTC (columns `..._at`): exact, ordered, half the
  size of text. In the shell of SQLite: ``datetime(published_at / 1000000, 'unixepoch')``. Where
  the publisher's own day matters an offset in minutes stands beside it (`..._offset`).
- Values of `aggregator.model` that no query looks into are JSON in a text column.
- Numbers that must never come twice (entries, sequence, fences) are taken from `counters`, not
  from the database's own, so that both databases behave alike: without gaps after a rollback,
  and committed in the order in which they were given.
- Guids, addresses and Atom ids are looked up by fingerprint: publishers send some of several
  kilobytes, and a B-tree of PostgreSQL takes 2704 bytes.

The migrations build exactly this; a test compares the two.
"""

from typing import Final

from aggregator.store.schema.gathered import (
    GONE,
    HELD,
    LEASED,
    PENDING,
    SHOWN,
    entries,
    feeds,
    hosts,
    keys,
    revisions,
    visits,
)
from aggregator.store.schema.judged import (
    cluster_entries,
    clusters,
    features,
    outlets,
    page_checks,
    rulings,
    sketches,
    takedown_bars,
    takedowns,
)
from aggregator.store.schema.numbers import (
    RULINGS,
    Id,
    counters,
    meta,
    metadata,
)
from aggregator.store.schema.published import (
    alternates,
    corrections,
    emissions,
    outdated,
    picture_uses,
    pictures,
    pings,
    placed,
    placements,
    series,
    translations,
    withdrawals,
)

__all__ = [
    "GONE",
    "HELD",
    "LEASED",
    "PENDING",
    "REVISION",
    "RULINGS",
    "SHOWN",
    "Id",
    "alternates",
    "cluster_entries",
    "clusters",
    "corrections",
    "counters",
    "emissions",
    "entries",
    "features",
    "feeds",
    "hosts",
    "keys",
    "meta",
    "metadata",
    "outdated",
    "outlets",
    "page_checks",
    "picture_uses",
    "pictures",
    "pings",
    "placed",
    "placements",
    "revisions",
    "rulings",
    "series",
    "sketches",
    "takedown_bars",
    "takedowns",
    "translations",
    "visits",
    "withdrawals",
]

REVISION: Final = "0003"
"""The newest migration. A database beyond it was made by a newer program."""
