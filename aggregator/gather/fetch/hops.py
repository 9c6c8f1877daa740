"""The way from the address asked for to the one that answers: at most five redirects.

Pure, but that it reads addresses with httpx, which also sends them: what is checked here is what
goes out. Where a host name leads is checked where the socket connects.
"""

from dataclasses import dataclass, replace
from typing import Final

import httpx

from aggregator.errors import FailureKind, SourceError

_MOST: Final = 5  # redirects, as RFC 2068 section 10.3 advised; RFC 9110 section 15.4 recalls it
_PERMANENT: Final = frozenset({301, 308})
FOLLOWED: Final = frozenset({301, 302, 303, 307, 308})
REPEATED: Final = frozenset({307, 308})  # with the method and the body of before (RFC 9110 15.4)
_LONGEST: Final = 8192  # characters of an address; RFC 9110 section 4.1 asks for 8000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The addresses walked so far; the last one is asked next."""

    addresses: tuple[str, ...]
    permanent: bool = True

    @classmethod
    def start(cls, url: str) -> "Trail":
        """The trail that begins at `url`.

        Raises:
            SourceError: FORBIDDEN_ADDRESS for what is no http(s) address that we may ask.
        """
        address, why = _address(url)
        if address is None:
            raise SourceError(FailureKind.FORBIDDEN_ADDRESS, f"{_shown(url)} {why}")
        return cls(addresses=(address,))

    @property
    def address(self) -> str:
        """The address to ask now: absolute, without fragment."""
        return self.addresses[-1]

    @property
    def moved_to(self) -> str | None:
        """Where permanent redirects alone lead; None where they lead nowhere else."""
        moved = self.permanent and len(self.addresses) > 1
        return self.address if moved else None

    def follow(self, status: int, location: bytes | None) -> "Trail":
        """The trail longer by one redirect.

        Args:
            status: one of `FOLLOWED`.
            location: the field as received.

        Raises:
            SourceError: REDIRECT for a loop, too many, a downgrade to http and a Location that
                cannot be used; FORBIDDEN_ADDRESS for one that leads to no http(s) address.
        """
        if not location or not location.strip():
            raise _refused(status, f"{self.address} redirects ({status}) without saying where")
        try:
            target = location.decode("utf-8").strip()  # many servers send it raw
        except UnicodeDecodeError:
            target = location.decode("latin-1").strip()
        try:
            joined = str(httpx.URL(self.address).join(target))
        except (httpx.InvalidURL, ValueError) as error:
            raise _refused(
                status, f"{self.address} redirects to {_shown(target)}, which is no address"
            ) from error
        address, why = _address(joined)
        if address is None:
            raise SourceError(
                FailureKind.FORBIDDEN_ADDRESS,
                f"{self.address} redirects to {_shown(joined)}, which {why}",
                status=status,
            )
        if self.address.startswith("https:") and address.startswith("http:"):
            raise _refused(
                status, f"{self.address} redirects to {_shown(address)}, from https to plain http"
            )
        if address in self.addresses:
            raise _refused(
                status,
                f"{self.address} redirects in a circle, back to {_shown(address)}; "
                "such servers often wait for a cookie, which we never send",
            )
        if len(self.addresses) > _MOST:
            raise _refused(status, f"{self.addresses[0]} redirects more than {_MOST} times")
        return replace(
            self,
            addresses=(*self.addresses, address),
            permanent=self.permanent and status in _PERMANENT,
        )


def _refused(status: int, message: str) -> SourceError:
    return SourceError(FailureKind.REDIRECT, message, status=status)


def _shown(url: str) -> str:
    return repr(url if len(url) <= 200 else f"{url[:200]}...")


def _address(url: str) -> tuple[str | None, str]:
    """The address as it will be sent, or None and what is wrong with it."""
    if len(url) > _LONGEST:
        return None, f"is longer than {_LONGEST} characters"
    try:
        parsed = httpx.URL(url.strip())
        port = parsed.port
    except (httpx.InvalidURL, ValueError) as error:
        return None, f"is no address ({error})"
    wrong = (
        (parsed.scheme not in ("http", "https"), "is neither http nor https"),
        (bool(parsed.userinfo), "carries a user name or password"),
        (not parsed.host, "names no host"),
        ("%" in parsed.host, "has a percent sign in its host"),
        (port is not None and not 1 <= port <= 65535, f"has no such port as {port}"),
    )
    if why := next((why for is_wrong, why in wrong if is_wrong), None):
        return None, why
    # The path as it is sent, never empty (RFC 9110 section 4.2.3): "/" is no other address.
    return str(parsed.copy_with(fragment=None, raw_path=parsed.raw_path)), ""
