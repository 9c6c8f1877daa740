"""uvicorn's HTTP protocol, with an end to what a client may send and to how many come. Acts.

On httptools a request's head may be of any length; h11, which uvicorn takes where httptools is not
installed, ends it at 64 kB by itself.
"""

import asyncio
import resource
from typing import Any, Final, Literal

LONGEST_HEAD: Final = 64 * 1024  # bytes
_MOST_CONNECTIONS: Final = 2000

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
except ImportError:
    PROTOCOL: type[asyncio.Protocol] | Literal["auto"] = "auto"
else:

    class Bounded(HttpToolsProtocol):
        """A connection that ends where a head grows too long or connections are too many."""

        def __init__(self, *args: Any, **named: Any) -> None:
            super().__init__(*args, **named)
            self._head = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            """Take the connection, or end it at once."""
            super().connection_made(transport)
            if len(self.connections) > _connections_allowed():
                transport.abort()

        def data_received(self, data: bytes) -> None:
            """Count what came since the last head ended."""
            self._head += len(data)
            super().data_received(data)
            if self._head > LONGEST_HEAD and not self.transport.is_closing():
                self.send_400_response("The head of the request is too long.")

        def on_headers_complete(self) -> None:
            """Count from here."""
            self._head = 0
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            """A body is not kept, so it may be of any length."""
            self._head = 0
            super().on_body(body)

    PROTOCOL = Bounded


def _connections_allowed() -> int:
    """Leave half of the descriptors to whatever else the process does."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return _MOST_CONNECTIONS
    return min(_MOST_CONNECTIONS, files // 2)
