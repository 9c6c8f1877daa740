"""All that is known of one entry, in words: the command `explain`. Acts: reads the store.

story    the journey, chapter by chapter
places   the documents that show it
steps    a feed's document run up to a step: `explain --until`
plain    values of ours as JSON
"""

from datetime import datetime

from rich.console import Console
from rich.text import Text

from aggregator.config import Config
from aggregator.explaining.places import editions_of, places
from aggregator.explaining.plain import plain, print_json
from aggregator.explaining.steps import STEPS, run_until
from aggregator.explaining.story import Known, state, story
from aggregator.finding import find_entry
from aggregator.judge import filters, owners, rights
from aggregator.model import Extent, Rights, Screened, Source
from aggregator.press.ledger import Ledger
from aggregator.store import Dossier, Store
from aggregator.store.outlets import BY_HAND
from aggregator.text.urls import absolute, canonical

__all__ = ["STEPS", "explain", "run_until"]

_NO_RIGHTS = Rights(allows=Extent.HEADLINE)  # of a source that nobody answers for any longer


def explain(config: Config, what: str, *, now: datetime, as_json: bool) -> bool:
    """Print the journey of the entry that somebody names.

    Args:
        config: feeds.yaml: its rights of today.
        what: a number, id, guid, an address of its publisher's or of ours.
        now: the time.
        as_json: a machine reads it.

    Returns:
        Whether there is such an entry; where not, what is known of the address was printed.

    Raises:
        LookupError: several entries go by that name.
        StoreError: the database cannot be used.
    """
    with Store.open(config.store, now=now, check=False) as store:
        try:
            entry_id = find_entry(store, config, what)
        except LookupError:
            if store.find(what):
                raise
            lines = _unknown(store, config, what, now)
            _print_unknown(what, lines, as_json=as_json)
            return False
        dossier = store.dossier(entry_id)
        assert dossier is not None
        known = _known(store, config, dossier, now)
    if as_json:
        _print_json(known)
    else:
        _print(known)
    return True


def _known(store: Store, config: Config, dossier: Dossier, now: datetime) -> Known:
    ledger = Ledger(config, store, now=now)
    outlets = {one.id: one for one in store.outlets(config.default_rights)}
    configured = {one.id: one for one in (*config.sources, *config.disabled)}
    source = configured.get(dossier.source_id) or outlets.get(dossier.source_id)
    feeds = {(row.source_id, row.feed_key): row for row in store.feeds(now)}
    visits = store.visits(dossier.source_id, dossier.feed_key)
    if dossier.feed_key == BY_HAND:  # each of its visits is another article's
        visits = tuple(visit for visit in visits if visit.at == dossier.first_seen)
    return Known(
        dossier=dossier,
        source=source,
        outlet=dossier.source_id not in configured and source is not None,
        feed=feeds.get((dossier.source_id, dossier.feed_key)),
        visit=visits[0] if visits else None,
        screened=_screened(source, dossier, now),
        allowance=rights.allowance(source.rights if source else _NO_RIGHTS, dossier.read, now=now),
        places=places(ledger, dossier),
        editions=tuple(edition.tag for edition in editions_of(ledger, dossier.language)),
        site=config.site.url,
        now=now,
    )


def _screened(source: Source | None, dossier: Dossier, now: datetime) -> Screened | None:
    if source is None or not source.rules:
        return None
    return filters.screen(dossier.read, source.rules, now=now)


# --- what is not known ----------------------------------------------------------------------


def _unknown(store: Store, config: Config, what: str, now: datetime) -> tuple[str, ...]:
    """Say what can be said of a name that no entry has."""
    lines = ["no entry has this number, id, guid or address"]
    url = absolute(what, None)
    if url is None or "://" not in what:
        return tuple(lines)
    configured = (*config.sources, *config.disabled)
    where = store.whereabouts([source.id for source in configured])
    domain = owners.domain_of(url)
    found = owners.at(domain, (*configured, *store.outlets()), where)
    barring = {
        takedown.id: takedown
        for source_id in ("", *(source.id for source in found))
        for takedown in store.barred(source_id, [(canonical(url), "")]).values()
    }
    lines += (
        f"takedown T{takedown.id} bars this address since {takedown.taken:%Y-%m-%d}, by"
        f" {takedown.who}: {takedown.why}"
        for takedown in barring.values()
    )
    rows = store.feeds(now)
    for source in found:
        lines.append(f"{domain} is the address of {source.name} ({source.id})")
        for row in rows:
            is_feed = row.source_id == source.id and row.feed_key != BY_HAND
            if is_feed and row.state.last_success is not None:
                name = row.feed_key or "its feed"
                lines.append(f"{name} was last read on {row.state.last_success:%Y-%m-%d %H:%M %Z}")
    if barring:
        return tuple(lines)
    if found:
        lines.append("the feeds did not bring it; `aggregator submit URL` takes it by hand")
    else:
        lines.append(f"{domain} is no source's; `aggregator submit URL` takes it by hand")
    return tuple(lines)


# --- printing -------------------------------------------------------------------------------


def _print_unknown(what: str, lines: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        print_json({"entry": None, "asked": what, "known": list(lines)})
        return
    out = Console()
    out.print(Text(what, style="bold"), soft_wrap=True)
    for line in lines:
        out.print(Text(line), soft_wrap=True)


def _print(known: Known) -> None:
    out = Console()
    dossier = known.dossier
    title = f"{dossier.entry_id}  {dossier.entry.title}"
    out.print(Text(title, style="bold"), soft_wrap=True)
    out.print(Text(state(dossier, known.now)), soft_wrap=True)
    for chapter in story(known):
        for number, line in enumerate(chapter.lines):
            name = chapter.name if number == 0 else ""
            out.print(Text.assemble((f"{name:12}", "bold"), line), soft_wrap=True)


def _print_json(known: Known) -> None:
    dossier = known.dossier
    print_json(
        {
            "entry": dossier.entry_id,
            "state": state(dossier, known.now),
            "story": {chapter.name: list(chapter.lines) for chapter in story(known)},
            "dossier": plain(dossier),
            "allowance": plain(known.allowance),
            "documents": plain(known.places),
        }
    )
