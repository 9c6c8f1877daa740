"""The lead images that we may copy: wanted, fetched, made anew, kept, published, dropped. Acts.

Where rights say `images: copy`, we may show the lead image of an entry, from our own
site: no page of ours loads anything from anybody else. The publisher says which entries it lays
out (`Gallery.want`); some time later the image is fetched and made anew in the bounded child
(`Copyist.fetch_due`), which makes those entries outdated; the next publish shows it.

The copies lie in a folder `pictures` beside the store, under names made of their bytes. From there
they are published, for the published folder may be deleted at any time and publishers are not to
be asked again because of that. An image that no entry may show any more is taken away, in both
places (`Gallery.tidy`).
"""

import asyncio
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from aggregator.config import Config
from aggregator.errors import FailureKind, PublishError, SourceError, StoreBusy, StoreError
from aggregator.gather import schedule
from aggregator.gather.fetch import Fetcher, host_of
from aggregator.model import Document, Fetched, Images, Picture, Published
from aggregator.store import Store, WantedPicture
from aggregator.syndicate import publish
from aggregator.text.media import counts_readers
from aggregator.worker import WorkerPool

FOLDER: Final = "images"  # below the published root

# How long to wait after each failure; after the last one the image is given up.
WAITS: Final = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
)
REST: Final = timedelta(minutes=10)  # without requests after trouble of our own
TIDYING: Final = timedelta(days=1)  # at least so often

_FOR_GOOD: Final = frozenset(
    {
        FailureKind.GONE,
        FailureKind.UNFIT_PICTURE,
        FailureKind.TOO_LARGE,
        FailureKind.FORBIDDEN_ADDRESS,
    }
)
_NOT_THERE: Final = frozenset({404, 410, 451})
_NEWS: Final = timedelta(days=2)
# The longest due is fetched first: so long ahead of all others are the images of what is news, so
# that the thousands of a source that begins to allow copies do not keep them waiting.
_AHEAD: Final = timedelta(days=30)
_LOOKED_AT: Final = 1000  # due images, to find the hosts that have any
_HOSTS: Final = 16  # asked at the same time
_PER_HOST: Final = 3  # images in one go, one after the other
_PATIENCE: Final = 10  # times that recording is tried while another process writes
_NAME: Final = re.compile(r"[0-9a-f]{20}\.(?:jpg|webp)")  # of a copy; nothing else is ours

log = structlog.get_logger()


def folder_of(config: Config) -> Path:
    """The folder that the copies are kept in: beside the store, else beside what is published."""
    beside = config.publish_to if "://" in config.store else Path(config.store)
    return beside.parent / "pictures"


class Gallery:
    """The copies that there are and the wish for more. May be used from several threads.

    Args:
        config: what is published.
        store: what is remembered.
        clock: the time, aware.
    """

    def __init__(self, config: Config, store: Store, *, clock: Callable[[], datetime]) -> None:
        self.folder = folder_of(config)
        self._root = config.publish_to
        self._store = store
        self._clock = clock
        self._revoked = False  # since it was last tidy
        self._tidied: datetime | None = None
        # A file is written before it is remembered: nobody may tidy it away in between.
        self._keeping = threading.Lock()

    # --- what is wanted ---------------------------------------------------------------------

    def want(self, entries: Iterable[tuple[Published, Images]]) -> None:
        """Let the lead images of entries be copied, and forget those that may be copied no more.

        Args:
            entries: those that are laid out now, each with what may happen to its images; of
                known images nothing is done twice.

        Raises:
            StoreError: the database failed.
        """
        now = self._clock()
        news: list[tuple[str, int]] = []
        rest: list[tuple[str, int]] = []
        forbidden: list[int] = []
        for entry, images in entries:
            image = entry.entry.lead_image
            if image is None or counts_readers(image.url):
                continue
            if images is not Images.COPY:
                forbidden.append(entry.sequence)
                self._revoked = self._revoked or entry.picture is not None
            elif entry.picture is None:
                group = news if entry.emitted > now - _NEWS else rest
                group.append((image.url, entry.sequence))
        if forbidden:
            self._store.unwant_pictures(forbidden)
        if news:
            self._store.want_pictures(news, now - _AHEAD)
        if rest:
            self._store.want_pictures(rest, now)

    # --- what there is ----------------------------------------------------------------------

    def keep(self, url: str, picture: Picture, body: bytes) -> None:
        """Keep a copy on the disk and remember it.

        Raises:
            PublishError: the disk refused.
            StoreError: the database failed.
        """
        name = picture.path.rpartition("/")[2]
        document = Document(path=name, media_type=picture.media_type, body=body)
        with self._keeping:
            publish.write(self.folder, document)
            self._store.keep_picture(url, picture)

    def documents(self, pictures: Iterable[Picture]) -> Iterator[Document]:
        """Give what has to be published of these: those that are not there already.

        A name is made of the bytes, so that a file of the right length has the right bytes. What
        was lost from our folder is fetched again some time.
        """
        lost: list[str] = []
        for picture in pictures:
            if _size(self._root / picture.path) == picture.length:
                continue
            document = self.document(picture)
            if document is None:
                lost.append(picture.path)
            else:
                yield document
        if lost:
            self._store.lost_pictures(lost, self._clock())
            log.warning("pictures-lost", folder=str(self.folder), count=len(lost))

    def document(self, picture: Picture) -> Document | None:
        """Read a copy as what is published of it; None where the file is not there any more."""
        with suppress(OSError):
            body = (self.folder / picture.path.rpartition("/")[2]).read_bytes()
            if len(body) == picture.length:
                return Document(path=picture.path, media_type=picture.media_type, body=body)
        return None

    # --- what is not to be there any more ---------------------------------------------------

    @property
    def untidy(self) -> bool:
        """Whether `tidy` is to be called: a right was taken back, or it is a day ago or unknown.

        After an entry was withdrawn it is to be called too, whatever this says.
        """
        late = self._tidied is None or self._clock() - self._tidied >= TIDYING
        return self._revoked or late

    def tidy(self) -> tuple[str, ...]:
        """Forget the images that no entry may show any more and delete our copies of them.

        To be called when the documents that showed them have been written anew, and not oftener
        than needed: it goes through all images.

        Returns:
            The published paths to take away: what lies among the published images and is none
            that we have, also where a former call came no further.

        Raises:
            StoreError: the database failed.
            PublishError: the disk refused.
        """
        with self._keeping:
            for url, _ in self._store.unused_pictures():
                self._store.drop_picture(url)
            kept = {picture.path.rpartition("/")[2] for picture in self._store.pictures()}
            for name in _names(self.folder):
                if name not in kept:
                    publish.remove(self.folder, name)
            published = _names(self._root / FOLDER)
            self._revoked, self._tidied = False, self._clock()
        return tuple(f"{FOLDER}/{name}" for name in published if name not in kept)


class Copyist:
    """Fetches what the gallery wants.

    Args:
        gallery: where the copies go.
        store: what is remembered.
        fetcher: the only way out; it spaces hosts.
        pool: where images are decoded.
        clock: the time, aware.
    """

    def __init__(
        self,
        gallery: Gallery,
        store: Store,
        fetcher: Fetcher,
        pool: WorkerPool,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._gallery = gallery
        self._store = store
        self._fetcher = fetcher
        self._pool = pool
        self._clock = clock
        self._at_work = False
        self._rest_until: datetime | None = None

    async def fetch_due(self) -> int:
        """Fetch some of the images that are due, and record how each went; return how many came.

        A call while another one is under way does nothing. It raises nothing: what the world does
        wrong is logged and tried again, later and later; after trouble of our own (the disk, the
        database) nobody is asked for a while.
        """
        now = self._clock()
        if self._at_work or (self._rest_until is not None and now < self._rest_until):
            return 0
        self._at_work = True
        try:
            due = self._store.due_pictures(now, _LOOKED_AT)
            by_host: defaultdict[str, list[WantedPicture]] = defaultdict(list)
            for wanted in due:
                by_host[host_of(wanted.url)].append(wanted)
            some = list(by_host.values())[:_HOSTS]
            # One at a time of a host: a feed that waits behind them does not wait for long.
            came = await asyncio.gather(*(self._fetch_all(of_host) for of_host in some))
        except StoreError as error:
            self._rest("picture-question-failed", error)
            return 0
        finally:
            self._at_work = False
        return sum(came)

    async def _fetch_all(self, of_host: list[WantedPicture]) -> int:
        came = 0
        for wanted in of_host[:_PER_HOST]:
            try:
                came += await self._fetch(wanted)
            except (PublishError, StoreError) as error:
                self._rest("picture-not-kept", error)
                break
        return came

    async def _fetch(self, wanted: WantedPicture) -> bool:
        try:
            answer = await self._fetcher.fetch(wanted.url, validators=None, now=self._clock())
            assert isinstance(answer, Fetched)  # nothing else without validators
            picture, body = await self._pool.picture(answer.body)
        except SourceError as error:
            await self._failed(wanted, error)
            return False
        await _patiently(lambda: self._gallery.keep(wanted.url, picture, body))
        log.info(
            "picture",
            url=wanted.url,
            path=picture.path,
            bytes=picture.length,
            received=answer.received,
        )
        return True

    async def _failed(self, wanted: WantedPicture, error: SourceError) -> None:
        now = self._clock()
        due = None
        for_good = error.kind in _FOR_GOOD or error.status in _NOT_THERE
        if not for_good and wanted.tries < len(WAITS):
            asked = schedule.hold(error.retry_at, now=now)
            due = max(now + WAITS[wanted.tries], asked or now)
        await _patiently(lambda: self._store.picture_failed(wanted.url, due))
        log.warning(
            "picture-failed",
            url=wanted.url,
            failure=str(error.kind),
            message=error.message,
            failures=wanted.tries + 1,
            next=due.isoformat(timespec="seconds") if due else None,
        )

    def _rest(self, event: str, error: Exception) -> None:
        self._rest_until = self._clock() + REST
        log.error(event, message=str(error), again=self._rest_until.isoformat(timespec="seconds"))


async def _patiently(work: Callable[[], None]) -> None:
    """Write to disk and database in a thread, some times more where another process writes."""
    for _ in range(_PATIENCE):
        try:
            return await asyncio.to_thread(work)
        except StoreBusy:
            await asyncio.sleep(1)
    return await asyncio.to_thread(work)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _names(folder: Path) -> tuple[str, ...]:
    """List the copies in a folder; there need not be one."""
    try:
        return tuple(sorted(path.name for path in folder.iterdir() if _NAME.fullmatch(path.name)))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise PublishError(f"{folder} cannot be read: {error.strerror or error}") from error
