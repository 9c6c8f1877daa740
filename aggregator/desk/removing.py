"""What somebody asked us to take down, and what is given back. Acts (writes to the store)."""

import re

from aggregator.config import Config
from aggregator.desk.saying import (
    counted,
    iso,
    name_of,
    opened,
    print_json,
    say,
    say_who_publishes,
)
from aggregator.finding import find_entry
from aggregator.pipeline import utc_now
from aggregator.store import Store, Takedown


def is_source(config: Config, what: str) -> bool:
    """Whether feeds.yaml, or the store, has a source of this id."""
    if any(source.id == what for source in (*config.sources, *config.disabled)):
        return True
    with opened(config) as store:
        return any(row.source_id == what for row in store.feeds(utc_now()))


def count_entries(config: Config, source: str) -> int:
    """Count the entries of a source, whatever became of them."""
    with opened(config) as store:
        return sum(row.entries for row in store.feeds(utc_now()) if row.source_id == source)


def told(config: Config, what: str) -> str:
    """Say which entry is meant: a number may be another one's than the page's that was read.

    Raises:
        LookupError: see `find_entry`.
    """
    with opened(config) as store:
        dossier = store.dossier(find_entry(store, config, what))
    assert dossier is not None
    return f"“{dossier.entry.title}” of {dossier.source_id} ({dossier.entry.link or 'no address'})"


def take_down(config: Config, what: str, *, source: bool, who: str | None, why: str) -> None:
    """Take an entry down, or a whole source, and say what comes of it.

    Args:
        config: whose store.
        what: the entry, as in `find_entry`, or the source's id.
        source: which of the two it is.
        who: does it.
        why: they do; the public log shows it, where there is one.

    Raises:
        LookupError: see `find_entry`.
        StoreError: the store does not know the source.
    """
    names = {one.id: one.name for one in (*config.sources, *config.disabled)}
    person, now = name_of(who), utc_now()
    with opened(config) as store:
        if source:
            title = names.get(what, what)
            takedown = store.take_down(source_id=what, title=title, who=person, why=why, now=now)
            dossier = None
        else:
            entry_id = find_entry(store, config, what)
            takedown = store.take_down(entry_id=entry_id, who=person, why=why, now=now)
            dossier = store.dossier(entry_id)
    called = f"T{takedown.id}: {takedown.title}"
    if not takedown.new:
        since = f"{takedown.taken:%Y-%m-%d %H:%M}"
        say(f"{called}: taken down already, on {since} by {takedown.who}: {takedown.why}")
        return
    say(f"taken down as {called} ({counted(takedown.entries)})")
    if takedown.link is not None:
        say(f"  {takedown.link}")
    for member in dossier.cluster if dossier is not None else ():
        if member.entry_id != takedown.entry_id:
            say(
                f"  the same story at {member.source_id} (entry {member.entry_id}) goes with it, "
                "unless a person ruled on it"
            )
    say_who_publishes(config)
    say(f"To undo it: `aggregator restore T{takedown.id} --reason ...`")


def restore(config: Config, what: str, *, who: str | None, why: str) -> None:
    """Undo a takedown, and say what comes of it.

    Args:
        config: whose store.
        what: the takedown ("T3", or 3 where no entry of that number is down), the entry or the
            source.
        who: does it.
        why: they do.

    Raises:
        LookupError: nothing of this name is taken down, or it is not clear what is meant.
    """
    with opened(config) as store:
        takedown = _meant(store, config, what)
        done = store.restore(takedown.id, who=name_of(who), why=why, now=utc_now())
    called = f"T{done.id}: {done.title}"
    if not done.new:
        say(
            f"{called}: restored already, on {done.restored:%Y-%m-%d %H:%M} by {done.restored_who}"
        )
        return
    say(f"restored {called} ({counted(done.entries)})")
    say_who_publishes(config)


def _meant(store: Store, config: Config, what: str) -> Takedown:
    """Return the takedown that is to be undone; the one in force, where a name fits several."""
    log = store.takedowns()
    number = re.fullmatch(r"([Tt]?)([0-9]{1,18})", what.strip())
    named = [one for one in log if number and one.id == int(number[2])]
    if number and number[1]:
        if not named:
            raise LookupError(f"there is no takedown {what}; `aggregator takedown --list`")
        return named[0]
    entry_id: int | None = None
    missing: LookupError | None = None
    try:
        entry_id = find_entry(store, config, what)
    except LookupError as error:
        missing = error
    found = [
        one
        for one in log
        if one.restored is None
        and (one in named or one.source_id == what or one.entry_id in {entry_id} - {None})
    ]
    if len(found) > 1:
        lines = [f"  T{one.id}  {one.title}" for one in found]
        raise LookupError(f"{what} may be either; say which:\n" + "\n".join(lines))
    if not found and entry_id is not None:
        _refuse_part(store, entry_id)
    past = [one for one in log if what == one.source_id or one.entry_id in {entry_id} - {None}]
    for one in (*found, *named, *past):
        return one
    if missing is None or any(row.source_id == what for row in store.feeds(utc_now())):
        raise LookupError(f"{what} is not taken down; `aggregator takedown --list`")
    raise missing


def _refuse_part(store: Store, entry_id: int) -> None:
    """Refuse to show one entry of several that a takedown hides together."""
    dossier = store.dossier(entry_id)
    if dossier is not None and (takedown := dossier.takedown) is not None:
        raise LookupError(
            f"entry {entry_id} is down with T{takedown.id}, {takedown.title}: "
            f"`aggregator restore T{takedown.id} --reason ...` shows all of it again"
        )


def print_takedowns(config: Config, *, as_json: bool) -> None:
    """Print the log: what was taken down and what was restored, the newest first."""
    with opened(config) as store:
        log = store.takedowns()
    if as_json:
        print_json([_log_line(one) for one in log])
        return
    if not log:
        say("Nothing was ever taken down.")
    for one in log:
        what = f"source {one.source_id}" if one.source_id else f"entry {one.entry_id}"
        say(f"T{one.id}  {what}: {one.title} ({counted(one.entries)} hidden)")
        say(f"    {one.taken:%Y-%m-%d %H:%M} {one.who}: {one.why}")
        if one.restored is not None:
            again = f"{one.restored:%Y-%m-%d %H:%M}"
            say(f"    {again} restored, {one.restored_who}: {one.restored_why}")


def _log_line(one: Takedown) -> dict[str, object]:
    return {
        "takedown": one.id,
        "entry": one.entry_id,
        "source": one.source_id,
        "title": one.title,
        "link": one.link,
        "who": one.who,
        "why": one.why,
        "taken": iso(one.taken),
        "restored": None if one.restored is None else iso(one.restored),
        "restored_who": one.restored_who,
        "restored_why": one.restored_why,
        "entries": one.entries,
    }
