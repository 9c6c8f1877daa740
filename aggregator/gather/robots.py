"""May we ask for this page? robots.txt, as RFC 9309 reads it. Acts only through what it is given.

Feeds are published to be fetched by programs; article pages are not. Whoever is about to ask for
one asks here first. Documents of others are parsed in the bounded child (`permits`), for a list of
groups and rules multiplies: a file of 500 KiB can stand for gigabytes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from protego import Protego

from aggregator.errors import FailureKind, SourceError
from aggregator.model import Fetched

PRODUCT: Final = "aggregator"  # our product token (section 2.2.1); it begins our User-Agent
LARGEST: Final = 500 * 1024  # bytes that are parsed: what section 2.5 asks for at least
KEPT: Final = timedelta(hours=24)  # section 2.4
_ASK_AGAIN: Final = timedelta(minutes=10)  # after an answer that was none
_MOST: Final = 200  # sites whose answers are kept

Ask = Callable[[str, datetime], Awaitable[Fetched]]
"""Fetches an address, following five redirects (section 2.3.1.2); raises `SourceError`."""

Parse = Callable[[bytes, str], Awaitable[bool]]
"""`permits`, run where it can do no harm; raises `SourceError` where it took too much."""


def address(url: str) -> str:
    """Return where the rules for `url` are: scheme, host and port count (section 2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/robots.txt"


def permits(body: bytes, url: str) -> bool:
    """Whether a robots.txt lets us ask for `url`. Pure; runs in the bounded child.

    Args:
        body: the document, of any size and kind; what is no rule in it says nothing.
        url: absolute.
    """
    if len(body) > LARGEST:  # the line that is cut in two would say something else
        body = body[:LARGEST].rpartition(b"\n")[0]
    return bool(Protego.parse(body.decode("utf-8-sig", "replace")).can_fetch(url, PRODUCT))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a site said: rules, or one answer for all of it."""

    until: datetime
    body: bytes | None = None
    refusal: str | None = None  # why nothing of the site may be asked for


class Robots:
    """The rules of the sites that were asked, for a day at most.

    Args:
        ask: the way out.
        permits: reads a document's rules.
    """

    def __init__(self, ask: Ask, permits: Parse) -> None:
        self._ask = ask
        self._permits = permits
        self._answers: dict[str, _Answer] = {}

    async def allows(self, url: str, *, now: datetime) -> bool:
        """Whether `url` may be asked for; see `refusal`."""
        return await self.refusal(url, now=now) is None

    async def refusal(self, url: str, *, now: datetime) -> str | None:
        """Say why `url` may not be asked for; None: it may.

        Args:
            url: absolute, http or https.
            now: the present moment.

        Returns:
            A sentence without a period at its end.
        """
        where = address(url)
        answer = self._answers.get(where)
        if answer is None or answer.until <= now:
            answer = await self._look(where, now)
            self._answers.pop(where, None)
            if len(self._answers) >= _MOST:
                del self._answers[next(iter(self._answers))]
            self._answers[where] = answer
        if answer.body is None:
            return answer.refusal
        try:
            if await self._permits(answer.body, url):
                return None
        except SourceError as error:
            return f"{where} cannot be read ({error.message}), so nothing of the site is asked for"
        return f"{where} does not allow {url} to programs such as ours ({PRODUCT})"

    async def _look(self, where: str, now: datetime) -> _Answer:
        try:
            fetched = await self._ask(where, now)
        except SourceError as error:
            if _is_unavailable(error):
                return _Answer(until=now + KEPT)
            return _Answer(
                until=max(now + _ASK_AGAIN, error.retry_at or now),
                refusal=(
                    f"{where} cannot be had ({error.message}), and what a site forbids is not"
                    " known then (RFC 9309 section 2.3.1.4)"
                ),
            )
        return _Answer(until=now + KEPT, body=fetched.body)


def _is_unavailable(error: SourceError) -> bool:
    """Whether there are no rules: a 4xx (section 2.3.1.3), or redirects without an end.

    Not a 429: it says that we ask too often, not that there is nothing.
    """
    if error.kind is FailureKind.RATE_LIMITED:
        return False
    if error.kind is FailureKind.REDIRECT:
        return True
    return error.status is not None and 400 <= error.status < 500
