"""Entries cut as the press cuts them: by their source's rights of some day and their own."""

from datetime import UTC, datetime

from aggregator.judge import rights
from aggregator.model import Extent, Rights
from aggregator.syndicate import editions

TODAY = datetime(2025, 7, 13, 12, tzinfo=UTC)
NO_RIGHTS = Rights(allows=Extent.HEADLINE)


def allow_by(sources, now=TODAY):
    """Return what says how much of an entry may be shown."""

    def allow(entry):
        source = sources.get(entry.source_id)
        return rights.allowance(source.rights if source else NO_RIGHTS, entry.entry, now=now)

    return allow


def cutter(site, sources, now=TODAY):
    """Return what cuts an entry, for `editions.page`."""
    return editions.cutter(site, sources, allow_by(sources, now))
