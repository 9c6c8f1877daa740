"""A document that somebody names, got as a visit would get it: for `parse` and `explain --until`.

Acts: asks a server, or reads a file. Nothing is stored.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aggregator import __version__
from aggregator.config import Config
from aggregator.errors import AggregatorError
from aggregator.gather import schedule
from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.model import Feed, Fetched, NotModified, Source
from aggregator.press import user_agent
from aggregator.store import Store

_DEADLINE: Final = timedelta(seconds=60)
_LARGEST: Final = 10_000_000  # bytes
_WEB: Final = ("http://", "https://")


def source_of(document: str, config: Config | None, source_id: str | None) -> tuple[Source, Feed]:
    """Find whose document it is; what no source owns is read without any prior.

    Args:
        document: an http(s) address, or the path of a file.
        config: feeds.yaml, if there is one.
        source_id: the source that it is read as; None: the one whose address it is, if any.

    Raises:
        AggregatorError: there is no such source.
    """
    for source in (*config.sources, *config.disabled) if config else ():
        for feed in source.feeds:
            if source.id == source_id or (source_id is None and document in feed.candidates):
                return source, feed
    if source_id is not None:
        raise AggregatorError(f"feeds.yaml has no source '{source_id}'")
    name = urlsplit(document).hostname or Path(document).name
    feed = Feed(key="", candidates=(document,))
    return Source(id="preview", name=name, feeds=(feed,)), feed


async def obtain(
    document: str, source: Source, feed: Feed, config: Config | None, now: datetime
) -> Fetched:
    """Get a document: from its server, if that may be asked now, or from a file.

    Args:
        document: an http(s) address, or the path of a file.
        source: whose it is.
        feed: which of its feeds.
        config: feeds.yaml, if there is one: its network settings count, and its store knows
            who asked for a pause.
        now: the time.

    Raises:
        SourceError: it could not be fetched.
        AggregatorError: there is no such file, or its server may not be asked.
    """
    if not document.startswith(_WEB):
        return _from_file(Path(document), source, feed)
    if config is not None:
        _ask_leave(config, source, feed, now)
    network = config.network if config else None
    async with Fetcher(
        user_agent=user_agent(config) if config else f"aggregator/{__version__}",
        contact=config.site.owner_email if config else "",
        allow=AllowList.parse(network.allow if network else ()),
        deadline=network.deadline if network else _DEADLINE,
        max_wire=network.max_body if network else _LARGEST,
        max_body=network.max_body if network else _LARGEST,
        spacing=timedelta(0),
    ) as fetcher:
        fetched = await fetcher.fetch(document, validators=None, now=now)
    assert not isinstance(fetched, NotModified)  # nothing conditional was asked
    return fetched


def _ask_leave(config: Config, source: Source, feed: Feed, now: datetime) -> None:
    """Refuse to ask a server that asked for a pause, or said that the feed is gone.

    Raises:
        AggregatorError: until when, or why.
    """
    if "://" not in config.store and not Path(config.store).exists():
        return
    with Store.open(config.store, now=now, check=False) as store:
        rows = [
            row
            for row in store.feeds(now)
            if (row.source_id, row.feed_key) == (source.id, feed.key)
        ]
    for row in rows:
        if row.held_until is not None or not schedule.may_force(row.state, now):
            raise AggregatorError(
                f"{source.id} may not be asked now: {row.state.failure or row.state.stopped}; "
                f"not before {row.held_until or row.state.not_before or 'its address is changed'}"
            )


def _from_file(path: Path, source: Source, feed: Feed) -> Fetched:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise AggregatorError(
            f"cannot read {path}: {error.strerror}; wanted: an http(s) address or a file"
        ) from error
    known = (one for one in feed.candidates if one.startswith(_WEB))
    return Fetched(
        # What relative links are relative to.
        url=source.homepage or next(known, "https://example.org/"),
        content_type="",
        content_language=None,
        body=body,
        received=len(body),
        validators=None,
        fresh_until=None,
        moved_to=None,
        conditional=False,
    )
