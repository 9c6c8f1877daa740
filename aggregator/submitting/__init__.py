"""One article taken by hand: the command `submit`. Acts: asks the publisher, writes to the store.

The article is fetched as politely as a feed, robots.txt first, read in the bounded child, and
brought into the article format like every other. What is new is that a person chose it, so a
person answers for it: it waits in the queue in their name, or is published in their name.

    whose    which source an article's page belongs to
    words    what is said of an article that is not taken
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from aggregator.config import Config, languages
from aggregator.gather.fetch import PAGES, AllowList, Fetcher
from aggregator.gather.robots import Robots
from aggregator.judge import revise, rights, rules
from aggregator.model import (
    Allowance,
    Change,
    Edits,
    Entry,
    EntryKey,
    Feed,
    Fetched,
    Identified,
    NotModified,
    Ruling,
    Screened,
    Source,
)
from aggregator.press import user_agent
from aggregator.store import Store
from aggregator.store.outlets import BY_HAND, Submission
from aggregator.submitting import whose, words
from aggregator.submitting.words import Refused
from aggregator.text import urls
from aggregator.worker import Reading, WorkerPool

__all__ = ["Desk", "Refused", "Request", "Submitted", "submit"]

_FEED: Final = Feed(key=BY_HAND, candidates=())
_NOBODY: Final = Source(id="nobody", name="", feeds=(_FEED,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person asks for."""

    url: str
    who: str
    why: str = ""
    editions: tuple[str, ...] = ()  # tags: its language has to be one of theirs
    source: str | None = None  # an id, or a name
    language: str | None = None
    title: str | None = None
    publish: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """What came of it."""

    entry_id: int
    entry: Entry  # as it is to be shown
    source: Source
    outlet: bool  # the source is not in feeds.yaml
    ruling: Ruling
    editions: tuple[str, ...]  # the tags of those that show its language
    allowance: Allowance
    notes: tuple[str, ...]  # what the person should know


class Desk:
    """Takes articles by hand.

    Args:
        config: the sources, their rights, and the editions.
        store: what is remembered.
        fetcher: the only way out.
        pool: where pages are read.
        clock: the time, aware.
    """

    def __init__(
        self,
        config: Config,
        store: Store,
        fetcher: Fetcher,
        pool: WorkerPool,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._config = config
        self._store = store
        self._fetcher = fetcher
        self._pool = pool
        self._clock = clock
        self._robots = Robots(self._ask, pool.permits)

    async def submit(self, request: Request) -> Submitted:
        """Take the article at an address.

        Raises:
            Refused: it was not taken.
            SourceError: it could not be fetched, or the page shows no article.
            StoreError: it could not be recorded.
        """
        url = urls.absolute(request.url, None)
        if url is None:
            raise Refused(f"{request.url} is no address; wanted: https://... of an article's page")
        self._check(request)
        self._unless_known(url)
        fetched = await self._fetch(url)
        reading = await self._pool.webpage(fetched)
        (item,) = reading.items
        link = item.parsed.link or url
        self._unless_known(link)
        bare = await self._normalized(item, _NOBODY, reading)
        known = request.language or bare.entry.language
        source, outlet = whose.source_of(
            link,
            config=self._config,
            store=self._store,
            called=request.source,
            language=known,
            site=reading.feed.meta,
        )
        item = replace(item, key=EntryKey(source_id=source.id, guid=item.key.guid))
        screened = await self._normalized(item, source, reading)
        return self._record(request, fetched, reading, screened, source, outlet=outlet)

    # --- the way there ----------------------------------------------------------------------

    async def _ask(self, url: str, now: datetime) -> Fetched:
        fetched = await self._fetcher.fetch(url, validators=None, now=now, accept=PAGES)
        assert not isinstance(fetched, NotModified)  # nothing conditional was asked
        return fetched

    async def _fetch(self, url: str) -> Fetched:
        await self._ask_leave(url)
        fetched = await self._ask(url, self._clock())
        if _origin(fetched.url) != _origin(url):
            await self._ask_leave(fetched.url)
        return fetched

    async def _ask_leave(self, url: str) -> None:
        why = await self._robots.refusal(url, now=self._clock())
        if why is not None:
            raise Refused(f"{why}; not taken. Ask the publisher for a feed, or for leave")

    async def _normalized(self, item: Identified, source: Source, reading: Reading) -> Screened:
        (screened,) = await self._pool.normalize(
            (item,), source=source, feed=_FEED, meta=reading.feed.meta, now=self._clock()
        )
        return screened

    # --- what stands against it -------------------------------------------------------------

    def _check(self, request: Request) -> None:
        """Refuse what can be refused before anybody is asked."""
        tags = [edition.tag for edition in self._config.editions]
        for tag in request.editions:
            if tag not in tags:
                raise Refused(f"there is no edition '{tag}'; there are: {', '.join(tags)}")
        code = request.language
        if code is not None and (code not in languages.NAMES or code == "ku"):
            raise Refused(
                f"'{code}' is no language's code here; such as en, fr, ar, kmr (Kurmanji), ckb"
                " (Sorani)"
            )
        if code is not None:
            self._in_editions(request, code)

    def _in_editions(self, request: Request, code: str) -> tuple[str, ...]:
        """Return the editions that show a language.

        Raises:
            Refused: one that was named does not, or it is to be published and none does.
        """
        name = languages.NAMES.get(code, code)
        shown = {edition.tag: edition.languages for edition in self._config.editions}
        for tag in request.editions:
            if code not in shown[tag]:
                raise Refused(
                    f"the article is in {name} ({code}), and the edition '{tag}' shows"
                    f" {', '.join(shown[tag])}; name another edition, or correct the language"
                    " with --language"
                )
        found = tuple(tag for tag, codes in shown.items() if code in codes)
        if request.publish and not found:
            raise Refused(
                f"the article is in {name} ({code}), and no edition shows that; correct the"
                " language with --language, or add it to an edition in feeds.yaml"
            )
        return found

    def _unless_known(self, url: str) -> None:
        found = self._store.find(url)
        dossiers = [one for number in found if (one := self._store.dossier(number)) is not None]
        if dossiers:
            raise Refused("; ".join(words.known(url, dossier) for dossier in dossiers))

    # --- recording --------------------------------------------------------------------------

    def _record(
        self,
        request: Request,
        fetched: Fetched,
        reading: Reading,
        screened: Screened,
        source: Source,
        *,
        outlet: bool,
    ) -> Submitted:
        now = self._clock()
        entry = screened.entry
        verdict = rules.judge(screened, source)
        language = request.language or entry.language
        if language is None and (request.publish or request.editions):
            raise Refused(
                f"its language is in doubt ({entry.language_reason}); say it with --language"
            )
        shown = self._in_editions(request, language) if language else ()
        change = revise.revise(
            entry, None, words.waiting(request.who, verdict), feed_key=BY_HAND, now=now
        )
        self._unless_barred(source, change)
        submission = Submission(
            source=source,
            outlet=outlet,
            url=fetched.url,
            received=fetched.received,
            meta=reading.feed.meta,
            change=change,
            flaws=reading.feed.flaws,
        )
        said = ": ".join(filter(None, ("submitted", request.why)))
        entry_id = self._store.record_submitted(
            submission,
            ruling=Ruling.PUBLISH if request.publish else Ruling.HOLD,
            edits=_edits(request),
            who=request.who,
            why=said,
            now=now,
        )
        title = request.title or entry.title
        return Submitted(
            entry_id=entry_id,
            entry=replace(entry, title=title, language=language),
            source=source,
            outlet=outlet,
            ruling=Ruling.PUBLISH if request.publish else Ruling.HOLD,
            editions=shown,
            allowance=rights.allowance(source.rights, entry, now=now),
            notes=(*reading.feed.flaws, *words.overruled(verdict), *entry.flags),
        )

    def _unless_barred(self, source: Source, change: Change) -> None:
        found = self._store.barred(source.id, [(change.entry.address, change.text_digest)])
        for takedown in found.values():
            what = "all of this source" if takedown.source_id else f'"{takedown.title}"'
            raise Refused(
                f"takedown T{takedown.id} bars it: {what} was taken down on"
                f" {takedown.taken:%Y-%m-%d} by {takedown.who} ({takedown.why}); `aggregator"
                f" restore T{takedown.id} --reason ...` undoes that"
            )


async def submit(config: Config, request: Request, *, clock: Callable[[], datetime]) -> Submitted:
    """Open the store and the way out, take one article, close them again; see `Desk.submit`."""
    network = config.network
    with Store.open(config.store, now=clock(), check=False) as store:
        async with (
            Fetcher(
                user_agent=user_agent(config),
                contact=config.site.owner_email,
                allow=AllowList.parse(network.allow),
                deadline=network.deadline,
                max_wire=network.max_body,
                max_body=network.max_body,
                spacing=network.spacing,
            ) as fetcher,
            WorkerPool(1) as pool,
        ):
            for host, until in store.holds(clock()):
                fetcher.hold(host, until)
            return await Desk(config, store, fetcher, pool, clock=clock).submit(request)


def _edits(request: Request) -> Edits | None:
    if request.title is None and request.language is None:
        return None
    return Edits(title=request.title, language=request.language)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
