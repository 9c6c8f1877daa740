"""What the editors' commands share: the store, the person, the words that end each. Acts."""

import getpass
import json
from datetime import datetime

from rich.console import Console
from rich.text import Text

from aggregator.config import Config
from aggregator.pipeline import utc_now
from aggregator.store import Store
from aggregator.store.lock import publisher


def name_of(who: str | None) -> str:
    """Return under which name a decision is recorded: as given, else the user's."""
    try:
        return (who or "").strip() or getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in some containers
        return "operator"


def opened(config: Config) -> Store:
    """Open the store, beside whoever else has it open."""
    return Store.open(config.store, now=utc_now(), check=False)


def say_who_publishes(config: Config) -> None:
    """Say who makes it so in the documents."""
    pid = publisher(config.store)
    if pid is None:
        say("Run `aggregator update` to bring it to your site and feeds.")
    else:
        say(f"The daemon (process {pid}) brings it to your site and feeds.")


def say(line: str) -> None:
    """Print a line as it is, however long."""
    Console().print(Text(line), soft_wrap=True)


def counted(entries: int) -> str:
    """Count entries in words."""
    return "1 entry" if entries == 1 else f"{entries} entries"


def print_json(value: object) -> None:
    """Print a report for machines."""
    print(json.dumps(value, ensure_ascii=False, indent=2))  # noqa: T201


def iso(moment: datetime) -> str:
    """Write a moment for machines."""
    return moment.isoformat(timespec="seconds")
