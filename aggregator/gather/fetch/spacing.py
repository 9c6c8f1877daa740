"""One connection at a time to a host, a pause between requests, and no request while it is held.

Acts: it waits. What counts as one host is what one operator answers for: the registrable domain
of a public name, so that www. and the apex, and a feed's several sections, never meet at the
server. Addresses and localhost are told apart by port as well: many servers live on one machine.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx

from aggregator.text.urls import registrable_domain

_PORTS: Final = {"http": 80, "https": 443}
# An IPv6 address, or a last label that makes the whole an IPv4 address in one of its spellings.
_ADDRESS: Final = re.compile(r".*:.*|(.*\.)?(0x[0-9a-f]*|[0-9]+)\.?")
_MANY: Final = 1024  # hosts remembered before those that nobody waits for are forgotten


def host_of(url: str) -> str:
    """What spacing and Retry-After of this address are counted for.

    Returns:
        "example.org" for any name below it, "127.0.0.1:8000" and "localhost:8000" with port,
        "" for what is no address of a host.
    """
    try:
        parts = urlsplit(url if url.isascii() else str(httpx.URL(url)))
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except (ValueError, httpx.InvalidURL):
        return ""
    if _ADDRESS.fullmatch(host) or host == "localhost" or host.endswith(".localhost"):
        name = f"[{host}]" if ":" in host else host
        return f"{name}:{port or _PORTS.get(parts.scheme, 0)}"
    return registrable_domain(host)


class _Host:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()  # wakes those who wait in the order in which they came
        self.ready = 0.0  # on the loop's clock
        self.waiting = 0


class Turns:
    """Whose turn it is at each host: first come, first served."""

    def __init__(self, spacing: timedelta) -> None:
        self._spacing = spacing.total_seconds()
        self._hosts: dict[str, _Host] = {}
        self._held: dict[str, datetime] = {}

    @asynccontextmanager
    async def turn(self, host: str, unless: Callable[[str], None]) -> AsyncIterator[None]:
        """Wait for the host's turn and keep it. The pause begins where the context ends.

        Args:
            host: as `host_of` names it.
            unless: called with `host` before the wait and after it; may raise to give up.
        """
        loop = asyncio.get_running_loop()
        unless(host)
        place = self._place(host, loop.time())
        place.waiting += 1
        try:
            async with place.lock:
                unless(host)
                if (pause := place.ready - loop.time()) > 0:
                    await asyncio.sleep(pause)
                try:
                    yield
                finally:
                    place.ready = loop.time() + self._spacing
        finally:
            place.waiting -= 1

    def hold(self, host: str, until: datetime) -> None:
        """Send nothing to `host` before `until`; the longest hold counts."""
        known = self._held.get(host)
        if known is None or known < until:
            self._held[host] = until

    def held_until(self, host: str, *, now: datetime) -> datetime | None:
        """Until when nothing may be sent to `host`; None when it may be asked now."""
        until = self._held.get(host)
        if until is not None and until <= now:
            del self._held[host]
            return None
        return until

    def _place(self, host: str, moment: float) -> _Host:
        if host not in self._hosts and len(self._hosts) >= _MANY:
            self._hosts = {
                name: place
                for name, place in self._hosts.items()
                if place.waiting or place.ready > moment
            }
        return self._hosts.setdefault(host, _Host())
