"""What is wrong with a web address, and whether it leads to an inside machine.  Pure."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from aggregator.text.urls import absolute

_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_NOT_URL = re.compile(r"[\x00-\x1f\x7f\s\\<>\"{}|^`]")
_NO_SCHEME = re.compile(r"(www\.|[\w-]+(\.[\w-]+)+(/|:\d|$))")
_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*", re.IGNORECASE)


Problem = tuple[str, str | None]  # the end of a sentence, and a better address where one shows


def address_problem(url: str) -> Problem | None:
    """What is wrong with `url`, worded to follow it: "has a space in it"."""
    return next((found for check in _CHECKS if (found := check(url))), None)


def _spaces(url: str) -> Problem | None:
    between = r"\s+|[,;]+(?=https?://)" if "?" not in url else r"\s+"
    parts = [part.strip(",;\N{ARABIC COMMA}") for part in re.split(between, url)]
    parts = [part for part in parts if part]
    if len(parts) > 1 and all("://" in part for part in parts):
        return "is more than one address", f"[{', '.join(parts)}]"
    return ("has a space in it", None) if re.search(r"\s", url) else None


def _without_scheme(url: str) -> Problem | None:
    found = _NO_SCHEME.match(url)
    return ("does not say https:// in front", f"https://{url}") if found else None


def _feed_scheme(url: str) -> Problem | None:
    found = re.fullmatch(r"feed:(//)?(?P<scheme>https?:)?(?P<rest>.*)", url, re.IGNORECASE)
    if not found:
        return None
    rest = found["rest"].lstrip("/")
    return "begins with feed:", f"{found['scheme'] or 'https:'}//{rest}"


def _misspelled_scheme(url: str) -> Problem | None:
    found = re.fullmatch(r"h?t{1,3}ps?[:;]*/*(?P<rest>[\w\[].*)", url, re.IGNORECASE)
    if found and not re.match(r"https?://[^/]", url, re.IGNORECASE):
        has_host = "." in found["rest"].partition("/")[0]
        return "does not begin with https://", f"https://{found['rest']}" if has_host else None
    return None


def _other_scheme(url: str) -> Problem | None:
    scheme, colon, _ = url.partition("://")
    if not colon or not re.fullmatch(r"[a-z][a-z0-9+.-]*", scheme, re.IGNORECASE):
        return "is not a web address", None
    if scheme.lower() not in {"http", "https"}:
        return f"begins with {scheme}://, which cannot be asked; only https and http can", None
    return None


def _odd_signs(url: str) -> Problem | None:
    found = _NOT_URL.search(url)
    if found is None:
        return None
    return f"has a {found[0]!r} in it, which must be written %{ord(found[0]):02X}", None


def _parts(url: str) -> Problem | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not a valid address", None
    if parts.username is not None or parts.password is not None:
        without = url.replace(parts.netloc.rpartition("@")[0] + "@", "", 1)
        return "has a user name or password in it, which this file should not know", without
    if port == 0:
        return "has port 0, which does not exist", None
    host = parts.hostname or ""
    problem = None if ":" in host else _host_problem(host)  # urlsplit has checked IPv6
    if problem is None and absolute(url, None) is None:
        problem = "is not a valid address"
    return (problem, None) if problem else None


_CHECKS = (
    _spaces,
    _without_scheme,
    _feed_scheme,
    _misspelled_scheme,
    _other_scheme,
    _odd_signs,
    _parts,
)


def _host_problem(host: str) -> str | None:
    labels = host.rstrip(".").split(".")
    if not host or not all(labels):
        return "has no host name, or one with an empty part"
    if _NUMERIC.fullmatch(labels[-1]):
        # What looks like a number is one to the system: 2130706433 and 0x7f.1 are 127.0.0.1.
        try:
            IPv4Address(host)
        except ValueError:
            return "has a number for a host that is not of the form 192.0.2.1"
        return None
    try:
        ascii_labels = [label.encode("idna").decode("ascii") for label in labels]
    except UnicodeError:
        return "has a host name that cannot exist"
    if len(".".join(ascii_labels)) > 253 or not all(map(_LABEL.fullmatch, ascii_labels)):
        return "has a host name that cannot exist"
    return None


def named_host(url: str) -> tuple[str, int] | None:
    """The host and port that an address without problems leads to."""
    if address_problem(url):
        return None
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme.lower() == "https" else 80)
    return (parts.hostname or "").rstrip("."), port


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a host names outright (`localhost` does), else None."""
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    try:
        return ip_address(host)
    except ValueError:
        return None
