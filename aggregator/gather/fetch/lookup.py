"""Names to addresses, without ever keeping the program from ending.

Acts. A look-up blocks in the C library, for half a minute where no name server answers. The
event loop's own threads are waited for when the program ends, daemon threads are not.
"""

import asyncio
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

from aggregator.errors import FailureKind, SourceError

Address = IPv4Address | IPv6Address

_REASONS: Final = {
    getattr(socket, name, None): reason  # not every C library knows all of them
    for name, reason in (
        ("EAI_NONAME", "there is no such name"),
        ("EAI_NODATA", "the name has no address"),
        ("EAI_AGAIN", "no name server answers"),
        ("EAI_FAIL", "the name server refuses"),
    )
}


async def resolve(host: str, port: int) -> tuple[Address, ...]:
    """All addresses of `host`, in the order of preference of the system (RFC 6724).

    An address in any of its spellings (``127.1``, ``0x7f.1``, ``2130706433``) is read as the
    system reads it, without asking anybody.

    Raises:
        SourceError: UNREACHABLE where there is none.
    """
    try:
        try:
            found = _ask(host, port, socket.AI_NUMERICHOST)
        except socket.gaierror:
            found = await _in_thread(host, port)
    except socket.gaierror as error:
        why = _REASONS.get(error.errno) or error.strerror
        raise SourceError(FailureKind.UNREACHABLE, f"{host} was not found: {why}") from error
    except (OSError, UnicodeError) as error:  # UnicodeError: an empty or overlong label
        raise SourceError(
            FailureKind.UNREACHABLE, f"{host} cannot be looked up: {error}"
        ) from error
    return tuple(dict.fromkeys(ip_address(answer[4][0]) for answer in found))


def _ask(host: str, port: int, flags: int = 0) -> list[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)


async def _in_thread(host: str, port: int) -> list[Any]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Any]] = loop.create_future()

    def settle(found: list[Any] | None, error: Exception | None) -> None:
        if answer.done():  # nobody waits any more
            return
        if error is None and found is not None:
            answer.set_result(found)
        elif error is not None:
            answer.set_exception(error)

    def work() -> None:
        found, failure = None, None
        try:
            found = _ask(host, port)
        except (OSError, UnicodeError) as error:
            failure = error
        try:
            loop.call_soon_threadsafe(settle, found, failure)
        except RuntimeError:  # the loop has closed meanwhile
            return

    threading.Thread(target=work, name=f"look up {host}", daemon=True).start()
    return await answer
