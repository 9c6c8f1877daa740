"""What the tests of pushing share: a published tree, a store, and processes that come and go."""

import contextlib
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.push import Pusher
from aggregator.serve import make_app, serving
from aggregator.store import Store
from aggregator.syndicate import atom, jsonfeed, rss
from aggregator.syndicate.publish import write

CORPUS = Path(__file__).parent / "corpus"
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FORMATS = (atom, rss, jsonfeed)


class Center:
    """A published tree and a store; what a process keeps in memory ends with `process`."""

    def __init__(self, folder, laid_out):
        self.root = folder / "public"
        self.store_path = folder / "aggregator.db"
        self.laid_out = laid_out
        self.hubs = ()
        self.url = "http://127.0.0.1:9"  # nobody answers there
        self.now = NOW

    def publish(self, case, *, folder=None, without=0, **changes):
        """Write an edition in every format, with all but the newest `without` of its entries."""
        changed = []
        for format_ in FORMATS:
            page = self.laid_out(CORPUS / "pages" / f"{case}.json", format_.NAME)
            page = replace(
                page,
                site=replace(page.site, url=self.url),
                path=f"{folder or page.edition.tag}/{format_.NAME}",
                items=page.items[without:],
                **{"hubs": self.hubs} | changes,
            )
            if write(self.root, format_.render(page)):
                changed.append(page.path)
        return changed

    def address(self, path):
        return f"{self.url}/{path}"

    @contextlib.asynccontextmanager
    async def served(self):
        """Answer at an address that the documents can name."""

        async def app(scope, receive, send):
            await served(scope, receive, send)

        async with serving(app, port=0) as listening:
            self.url = listening.origin
            served = make_app(self.root, hubs=self.hubs, site=self.url)
            yield

    @contextlib.asynccontextmanager
    async def process(self, *, deadline=2.0, patience=5.0, allow=("127.0.0.1:*",)):
        with Store.open(str(self.store_path), now=self.now, patience=patience) as self.store:
            async with Fetcher(
                user_agent="aggregator/test (+https://center.example/bot)",
                contact="desk@center.example",
                allow=AllowList.parse(allow),
                deadline=timedelta(seconds=deadline),
                max_wire=100_000,
                max_body=100_000,
                spacing=timedelta(0),
            ) as fetcher:
                for host, until in self.store.holds(self.now):
                    fetcher.hold(host, until)  # as `Journey.enroll` does
                yield Pusher(
                    self.store,
                    fetcher,
                    hubs=self.hubs,
                    site_url=self.url,
                    clock=lambda: self.now,
                    chance=lambda: 0.0,
                )

    def waiting(self):
        """What is not told yet, due or not."""
        return sorted(p.topic for p in self.store.due_pings(self.now + timedelta(days=9)))

    def later(self, **span):
        self.now += timedelta(**span)


def told(hub):
    """The topics of the pings that a hub got, in order."""
    return [dict(pairs)["hub.url"] for pairs in hub.pings]


def unused_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
