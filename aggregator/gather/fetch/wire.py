"""A TCP or TLS connection as httpcore wants it, on asyncio alone.

Acts. Leaner than httpcore's own streams, and it counts: a server that talks without ever coming
to its answer (endless 1xx, RFC 9110 section 15.2) is cut off by bytes, not only by time.
"""

import asyncio
import ssl
from typing import Any, Final

import httpcore

_READ: Final = 1 << 15  # bytes handed on at a time; parsing them is not interrupted
_PAUSE: Final = 1 << 18  # bytes unread before the other side has to wait
_HEAD: Final = 1 << 18  # bytes of a response before its body: all 1xx and the header section


class Receiver(asyncio.Protocol):
    """Keeps what arrives until it is read."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.unread = bytearray()
        self.ended = False
        self.error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport; asyncio calls this again after the change to TLS."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep the bytes; hold the other side off when nobody reads."""
        self.unread += data
        if len(self.unread) > _PAUSE and self.transport and not self._paused:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """Nothing more will come; asyncio closes the transport."""
        self.ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come, and `exc` says why if it was no proper end."""
        self.ended = True
        self.error = exc
        self._wake()

    async def read(self, most: int) -> bytes:
        """At most so many bytes as soon as there are any; none at the end."""
        while not self.unread:
            if self.error is not None:
                raise self.error
            if self.ended:
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        piece = bytes(self.unread[:most])
        del self.unread[:most]
        if self._paused and self.transport and len(self.unread) <= _PAUSE:
            self._paused = False
            self.transport.resume_reading()
        return piece

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Stream(httpcore.AsyncNetworkStream):
    """One connection. Timeouts are not ours: one deadline stands over the whole fetch."""

    def __init__(self, receiver: Receiver, transport: asyncio.Transport) -> None:
        self._receiver = receiver
        self._transport = transport
        self._left = _HEAD

    def head_is_read(self) -> None:
        """From here on the body counts, which the fetch counts itself."""
        self._left = -1

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109, ARG002
        """What has arrived; b"" at the end."""
        if self._receiver.unread:
            await asyncio.sleep(0)  # a server that is faster than we are must not stop the others
        try:
            piece = await self._receiver.read(min(max_bytes, _READ))
        except OSError as error:
            raise httpcore.ReadError(_plainly(error)) from error
        if self._left >= 0:
            if not piece and self._left == _HEAD:
                raise httpcore.ReadError("the connection was closed without an answer")
            self._left -= len(piece)
            if self._left < 0:
                raise httpcore.RemoteProtocolError(f"{_HEAD:,} bytes without the end of a header")
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109, ARG002
        """Send a request; they are small, so nothing waits."""
        if self._receiver.ended or self._transport.is_closing():
            raise httpcore.WriteError("the connection is closed")
        self._left = _HEAD
        self._transport.write(buffer)

    async def aclose(self) -> None:
        """Close at once, by the loop's next step: nothing is waited for, nothing can interrupt."""
        self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109, ARG002
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, encrypted, with a certificate that is good for the name.

        Raises:
            httpcore.ConnectError: with the reason in plain words.
        """
        if self._receiver.unread:  # said before the encryption, by whoever: not part of it
            await self.aclose()
            raise httpcore.ConnectError(_TLS["WRONG_VERSION_NUMBER"])
        loop = asyncio.get_running_loop()
        name = server_hostname.removesuffix(".") if server_hostname else None
        try:
            encrypted = await loop.start_tls(
                self._transport, self._receiver, ssl_context, server_hostname=name
            )
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; ValueError: the name
            await self.aclose()
            raise httpcore.ConnectError(_plainly(error)) from error
        except BaseException:
            await self.aclose()
            raise
        assert encrypted is not None
        self._receiver.connection_made(encrypted)
        return Stream(self._receiver, encrypted)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks of an idle connection: whether it has ended or talks out of turn."""
        if info == "is_readable":
            receiver = self._receiver
            return bool(receiver.unread) or receiver.ended or self._transport.is_closing()
        if info == "ssl_object":
            return self._transport.get_extra_info("ssl_object")
        return None


async def connect(address: str, port: int) -> Stream:
    """A connection to an address, given as a literal so that nothing is looked up.

    Raises:
        OSError: refused, unreachable, timed out.
    """
    loop = asyncio.get_running_loop()
    transport, receiver = await loop.create_connection(Receiver, address, port)
    return Stream(receiver, transport)


# OpenSSL's codes (openssl-verify(1)) in words that tell the operator whose turn it is.
_CERTIFICATE: Final = {
    9: "its certificate is not valid yet",
    10: "its certificate has expired",
    18: "its certificate is signed by itself",
    19: "its certificate is signed by an authority of its own",
    20: "its certificate is signed by an unknown authority, or sent without the chain",
    21: "its certificate is sent without the chain",
    23: "its certificate was revoked",
    62: "its certificate is for another name",
    64: "its certificate is for another address",
}
_TLS: Final = {
    "WRONG_VERSION_NUMBER": "it does not speak TLS on this port",
    "HTTP_REQUEST": "it does not speak TLS on this port",
    "RECORD_LAYER_FAILURE": "it does not speak TLS on this port",
    "UNSUPPORTED_PROTOCOL": "it only offers outdated versions of TLS",
    "TLSV1_ALERT_PROTOCOL_VERSION": "it only offers outdated versions of TLS",
    "DH_KEY_TOO_SMALL": "its TLS keys are too weak",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "no cipher suits both sides",
    "TLSV1_UNRECOGNIZED_NAME": "it knows no certificate for this name",
    "UNEXPECTED_EOF_WHILE_READING": "it broke the TLS connection off",
}


def _plainly(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATE.get(
            error.verify_code, f"its certificate fails: {error.verify_message}"
        )
    if isinstance(error, ssl.SSLError):
        reason = error.reason or ""
        return _TLS.get(reason, f"TLS failed: {reason.replace('_', ' ').lower() or error}")
    return plainly(error)


def plainly(error: Exception) -> str:
    """A failure of the network in a few words."""
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, ConnectionError):
        return "the connection was broken off"
    if isinstance(error, TimeoutError):
        return "nobody answered"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
