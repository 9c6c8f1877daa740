"""What an editor decides: approve, reject, edit. Acts (writes to the store)."""

from collections.abc import Collection, Iterator
from typing import Final

from aggregator.config import Config
from aggregator.config.languages import KURDISH
from aggregator.desk.saying import counted, name_of, opened, say, say_who_publishes
from aggregator.finding import find_entry
from aggregator.model import Edits, Ruling
from aggregator.pipeline import utc_now
from aggregator.store import Dossier, Held, Store

_PAGE: Final = 500  # entries of the queue that are read at once


def rule(
    config: Config,
    names: Collection[str],
    ruling: Ruling,
    *,
    who: str | None,
    why: str,
    edits: Edits | None = None,
) -> None:
    """Rule on entries, on all or on none, and say what comes of it.

    Raises:
        LookupError: see `find_entry`.
        StoreError: one of them has no language, or the edits cannot be made.
    """
    with opened(config) as store:
        ids = [find_entry(store, config, name) for name in names]
        person = name_of(who)
        store.rule_all(ids, ruling, who=person, why=why, now=utc_now(), edits=edits)
        dossiers = [dossier for entry_id in ids if (dossier := store.dossier(entry_id))]
    for dossier in dossiers:
        say(f"{_DEED[ruling]} entry {dossier.entry_id}: {dossier.entry.title}")
        if ruling is Ruling.PUBLISH:
            _say_what_hinders(config, dossier)
    say_who_publishes(config)


_DEED: Final = {Ruling.PUBLISH: "approved", Ruling.DROP: "rejected", Ruling.HOLD: "held"}


def _say_what_hinders(config: Config, dossier: Dossier) -> None:
    """Say why an entry that may appear does not, or not yet."""
    if dossier.takedown is not None:
        say(f"  but it is taken down: `aggregator restore T{dossier.takedown.id} --reason ...`")
    elif dossier.withdrawn_why is not None:
        say(f"  but its publisher took it back: {dossier.withdrawn_why}")
    elif dossier.shown_by is not None:
        say(f"  but entry {dossier.shown_by} tells the same story and is shown in its place")
    elif dossier.language not in _languages(config):
        say(f"  but no edition shows the language {dossier.language}")
    elif dossier.publish_at is not None and dossier.publish_at > utc_now():
        say(f"  it waits until {dossier.publish_at:%Y-%m-%d %H:%M}: publish_delay")


def rule_on_all(
    config: Config, source: str | None, ruling: Ruling, *, who: str | None, why: str
) -> None:
    """Rule on all that waits, of one source or of all: after a flood, or a source's first ones.

    What has no language cannot be published: it goes on waiting.
    """
    ruled = without = 0
    with opened(config) as store:
        for page in _pages(store, source):
            fit = [
                held.entry_id
                for held in page
                if ruling is not Ruling.PUBLISH or held.emitted or held.entry.language
            ]
            store.rule_all(fit, ruling, who=name_of(who), why=why, now=utc_now())
            ruled += len(fit)
            without += len(page) - len(fit)
    if not ruled and not without:
        say("Nothing waits." if source is None else f"Nothing of {source} waits.")
        return
    say(f"{_DEED[ruling]}: {counted(ruled)}")
    if without:
        say(
            f"{counted(without)} without a language: approve them with --language, or write "
            "`language:` for the source in feeds.yaml"
        )
    say_who_publishes(config)


def _pages(store: Store, source: str | None) -> Iterator[tuple[Held, ...]]:
    before = None
    while page := store.queue(source_id=source, before=before, limit=_PAGE):
        before = page[-1].entry_id
        yield page


def edit(
    config: Config, what: str, edits: Edits, *, who: str | None, why: str, instead: bool
) -> None:
    """Put a person's words in the publisher's place, and say what comes of it.

    Raises:
        LookupError: see `find_entry`.
        StoreError: the edits cannot be made.
    """
    with opened(config) as store:
        entry_id = find_entry(store, config, what)
        person = name_of(who)
        store.edit(entry_id, edits, who=person, why=why, now=utc_now(), instead=instead)
        dossier = store.dossier(entry_id)
    assert dossier is not None
    say(f"edited entry {entry_id}: {dossier.entry.title}")
    if dossier.verdict.ruling is Ruling.HOLD:
        say(f"  it still waits: `aggregator queue approve {entry_id}`")
    elif dossier.is_shown:
        say_who_publishes(config)


def wrong_language(config: Config, code: str | None) -> str | None:
    """Say what is wrong with a language that a person gave; None: nothing."""
    shown = _languages(config)
    if code is None or code in shown:
        return None
    if code == "ku":
        return "ku stands for two; say kmr (Kurmanji) or ckb (Sorani)"
    return f"no edition shows '{code}'; the editions of {config.path} show {', '.join(shown)}"


def _languages(config: Config) -> list[str]:
    codes = {code for edition in config.editions for code in edition.languages}
    return sorted(codes, key=lambda code: (code in KURDISH, code))
