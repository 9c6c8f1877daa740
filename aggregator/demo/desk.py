"""The desk of the demo: its review page, and the articles that it takes down. Acts.

Both go to the store beside the running daemon, as the commands of an operator do.
"""

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aggregator.config import Config
from aggregator.demo.server import HOST
from aggregator.pipeline import utc_now
from aggregator.serve import Listening, ServeError, serving_in_thread
from aggregator.serve.review import Password, hashed
from aggregator.showing import reviewing
from aggregator.store import Store
from aggregator.syndicate.site import addresses

WHO: Final = "demo"
TRIES: Final = 20  # ports after the site's; then any free one
PORTS: Final = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """Where the review page is, and what opens it."""

    url: str
    password: str  # made for this run


@contextlib.contextmanager
def review_page(config: Config, *, port: int) -> Iterator[ReviewPage]:
    """Show what waits for a person while the body runs.

    Args:
        config: whose store.
        port: the first port that is tried, then those after it; 0 for any free one.

    Raises:
        StoreError: the database cannot be used.
        ServeError: no port can be listened on.
    """
    password = secrets.token_urlsafe(12)
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(Store.open(config.store, now=utc_now()))
        app = reviewing(config, store, clock=utc_now, password=Password(hashed(password)))
        listening: Listening | None = None
        for number in range(port, min(port + TRIES, PORTS)) if port else ():
            with contextlib.suppress(ServeError):
                listening = stack.enter_context(serving_in_thread(app, host=HOST, port=number))
                break
        if listening is None:
            listening = stack.enter_context(serving_in_thread(app, host=HOST, port=0))
        yield ReviewPage(url=f"{listening.origin}/review/", password=password)


def take_down(config: Config, address: str, *, why: str, now: datetime) -> str | None:
    """Take an article down, as `aggregator takedown` does.

    Args:
        config: whose store.
        address: the article's, at its publisher's.
        why: it is taken down.
        now: the time.

    Returns:
        The address of its page with us, which says from the next publishing on that it is gone;
        None where it was not published.

    Raises:
        StoreError: the database cannot be used.
    """
    with Store.open(config.store, now=now, check=False) as store:
        page = None
        for entry_id in store.find(address):
            store.take_down(entry_id=entry_id, who=WHO, why=why, now=now)
            dossier = store.dossier(entry_id)
            if dossier is not None and (given := dossier.emission) is not None:
                path = addresses.article(given.language, str(given.sequence))
                page = f"{config.site.url}/{path}"
        return page
