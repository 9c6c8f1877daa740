"""Which entry is meant: a number, an id, a guid, an address of its publisher's or of ours. Acts.

Reads the store.
"""

import difflib
import re
from typing import Final
from urllib.parse import urlsplit

from aggregator.config import Config
from aggregator.store import Store

_OWN_PAGE: Final = re.compile(r"^/[a-z-]+/articles/(\d{1,18})(?:\.html)?/?$")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CANDIDATES: Final = 10  # that are listed of an ambiguous name


def find_entry(store: Store, config: Config, what: str) -> int:
    """Return the entry that somebody names.

    Args:
        store: where to look.
        config: whose site's addresses are ours.
        what: an entry's number, its Atom id, its guid, an address of its publisher's, or the
            address of its page on our site.

    Raises:
        LookupError: nothing fits, or several entries do; the message says what to do.
    """
    if (sequence := _own_page(config, what)) is not None:
        entry_id = store.entry_of(sequence)
        if entry_id is None:
            raise LookupError(f"{what}: no article was ever published there")
        return entry_id
    found = store.find(what)
    if not found:
        ids = [source.id for source in (*config.sources, *config.disabled)]
        close = difflib.get_close_matches(what.strip().lower(), ids, n=1)
        raise LookupError(
            f"{what}: no entry has this number, id, guid or address; `aggregator queue list` "
            "shows what waits, and the address of an article's page works, too"
            + (f"; did you mean the source {close[0]}?" if close else "")
        )
    if len(found) > 1:
        lines = [_candidate(store, entry_id) for entry_id in found[:_CANDIDATES]]
        raise LookupError(f"{what}: {len(found)} entries; say which number:\n" + "\n".join(lines))
    return found[0]


def _own_page(config: Config, what: str) -> int | None:
    """Return the number in the address of an article's page, as the site or `serve` has it."""
    parts = urlsplit(what.strip())
    own = urlsplit(config.site.url)
    try:
        ours = parts.hostname in (None, own.hostname, *_LOOPBACK)
    except ValueError:
        return None
    path = parts.path if parts.hostname else f"/{parts.path.removeprefix('/')}"
    if parts.hostname == own.hostname:
        path = path.removeprefix(own.path.rstrip("/"))
    match = _OWN_PAGE.match(path)
    return int(match[1]) if ours and match else None


def _candidate(store: Store, entry_id: int) -> str:
    dossier = store.dossier(entry_id)
    assert dossier is not None
    return f"  {entry_id}  {dossier.source_id}: {dossier.entry.title}"
