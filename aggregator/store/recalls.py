"""The one question on the journey: what is known of the entries of a document? Acts (reads)."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select

from aggregator.model import Identified, Known, Ruling, Verdict
from aggregator.store.rows import (
    batches,
    fingerprint,
    load_texts,
    moment,
    moment_or_none,
    sighting,
)
from aggregator.store.schema import entries, feeds, keys

_KEYS: Final = select(keys.c.value, keys.c.entry_id, keys.c.digest).where(
    keys.c.source_id == bindparam("source"),
    keys.c.value.in_(bindparam("some", expanding=True)),
)
KNOWN: Final = (
    select(
        entries.c.id,
        entries.c.feed_key,
        feeds.c.retired_at,
        entries.c.guid,
        entries.c.text_digest,
        entries.c.title,
        entries.c.language,
        entries.c.published_at,
        entries.c.published_offset,
        entries.c.updated_at,
        entries.c.updated_offset,
        entries.c.publisher_updated_at,
        entries.c.first_seen_at,
        entries.c.revision,
        entries.c.ruling,
        entries.c.reasons,
        entries.c.sequence,
        entries.c.withdrawn_why,
    )
    .join(
        feeds,
        (feeds.c.source_id == entries.c.source_id) & (feeds.c.feed_key == entries.c.feed_key),
    )
    .where(entries.c.id.in_(bindparam("some", expanding=True)))
)


class Recall:
    """What is known of the entries that one feed brought."""

    def __init__(self, feed_key: str, names: Mapping[str, Any], known: Mapping[int, Any]) -> None:
        self._feed_key = feed_key
        self._names = names
        self._known = known

    def find(self, item: Identified) -> Known | None:
        """Return the stored entry that has the item's guid, else its address, else its story.

        A guid that the document folded into the item counts like its own. An entry whose feed is
        retired (an address or a `feeds:` list that changed) is the asking feed's: else its
        corrections would be ignored for ever. `record` hands it over with its next change.
        """
        row = next((self._names[name] for name in _names(item) if name in self._names), None)
        if row is None:
            return None
        seen = self._names.get(sighting(self._feed_key, item.key.guid))
        known = self._known[row.entry_id]
        home = known.feed_key if known.retired_at is None else self._feed_key
        return as_known(known, home, "" if seen is None else seen.digest)


def recall(
    connection: Connection, source_id: str, feed_key: str, items: Iterable[Identified]
) -> Recall:
    """Look up all items of one document at once.

    Args:
        connection: a reader's.
        source_id: entries of other sources are never found (RFC 4287 section 8.4).
        feed_key: the feed that asks; digests are those it last brought.
        items: the entries of its document.
    """
    wanted = {name for item in items for name in _names(item)}
    if feed_key:
        wanted |= {sighting(feed_key, item.key.guid) for item in items}
    names = {
        row.value: row
        for some in batches(sorted(wanted))
        for row in connection.execute(_KEYS, {"source": source_id, "some": some})
    }
    known = {
        row.id: row
        for some in batches(sorted({row.entry_id for row in names.values()}))
        for row in connection.execute(KNOWN, {"some": some})
    }
    return Recall(feed_key, names, known)


def _names(item: Identified) -> Iterable[str]:
    for guid in (item.key.guid, *item.also):
        yield fingerprint("guid", guid)
    if item.address is not None:
        yield fingerprint("address", item.address)
    if item.same_story is not None:
        yield fingerprint("same_story", item.same_story)


def as_known(row: Any, feed_key: str, digest: str) -> Known:
    """Make of a row of `KNOWN` what decisions need.

    Args:
        row: the row.
        feed_key: the feed that may change the entry.
        digest: of the raw entry, as that feed last brought it.
    """
    return Known(
        entry_id=row.id,
        feed_key=feed_key,
        guid=row.guid,
        digest=digest,
        text_digest=row.text_digest,
        published=moment(row.published_at, row.published_offset),
        updated=moment(row.updated_at, row.updated_offset),
        title=row.title,
        language=row.language,
        revision=row.revision,
        emitted=row.sequence is not None,
        verdict=Verdict(ruling=Ruling(row.ruling), reasons=load_texts(row.reasons)),
        publisher_updated=moment_or_none(row.publisher_updated_at),
        withdrawn=row.withdrawn_why,
        seen=moment(row.first_seen_at),
    )
