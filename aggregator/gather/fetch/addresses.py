"""Which socket addresses may be reached: not the operator's own network, unless he says so.

Pure. The table is ours and not `ipaddress.is_global`: older Pythons call some special ranges
global. It holds the IANA special-purpose registries whole (RFC 6890), and what is reached
through an address in disguise is judged by the address underneath.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

Address = IPv4Address | IPv6Address

# Network, what it is, and who says so. The first row that matches gives the reason.
_SPECIAL: Final = tuple(
    (ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this host or network (RFC 791)"),
        ("10.0.0.0/8", "private (RFC 1918)"),
        ("100.64.0.0/10", "shared by carriers, CGNAT (RFC 6598)"),
        ("127.0.0.0/8", "loopback (RFC 1122)"),
        ("168.63.129.16/32", "the inside of Azure (Microsoft: What is IP address 168.63.129.16)"),
        ("169.254.0.0/16", "link-local, where clouds keep their metadata (RFC 3927)"),
        ("172.16.0.0/12", "private (RFC 1918)"),
        ("192.0.0.0/24", "for protocol assignments (RFC 6890)"),
        ("192.0.2.0/24", "for documentation (RFC 5737)"),
        ("192.31.196.0/24", "a sink of the DNS, AS112 (RFC 7535)"),
        ("192.52.193.0/24", "for multicast tunnels, AMT (RFC 7450)"),
        ("192.88.99.0/24", "a 6to4 relay, deprecated (RFC 7526)"),
        ("192.168.0.0/16", "private (RFC 1918)"),
        ("192.175.48.0/24", "a sink of the DNS, AS112 (RFC 7534)"),
        ("198.18.0.0/15", "for benchmarks (RFC 2544)"),
        ("198.51.100.0/24", "for documentation (RFC 5737)"),
        ("203.0.113.0/24", "for documentation (RFC 5737)"),
        ("224.0.0.0/4", "multicast (RFC 5771)"),
        ("255.255.255.255/32", "broadcast (RFC 919)"),
        ("240.0.0.0/4", "reserved (RFC 1112)"),
        ("::/128", "unspecified (RFC 4291)"),
        ("::1/128", "loopback (RFC 4291)"),
        ("::/96", "an IPv4 address in a deprecated disguise (RFC 4291)"),
        ("::ffff:0:0:0/96", "an IPv4 address translated on the way (RFC 2765)"),
        ("64:ff9b:1::/48", "a local translation to IPv4 (RFC 8215)"),
        ("100::/64", "a place to discard packets (RFC 6666)"),
        ("100:0:0:1::/64", "a dummy prefix (RFC 9780)"),
        ("2001::/32", "a Teredo tunnel (RFC 4380)"),
        ("2001:2::/48", "for benchmarks (RFC 5180)"),
        ("2001::/23", "for protocol assignments (RFC 2928)"),
        ("2001:db8::/32", "for documentation (RFC 3849)"),
        ("2002::/16", "a 6to4 tunnel (RFC 3056)"),
        ("2620:4f:8000::/48", "a sink of the DNS, AS112 (RFC 7534)"),
        ("3ffe::/16", "of the former 6bone (RFC 3701)"),
        ("3fff::/20", "for documentation (RFC 9637)"),
        ("5f00::/16", "for segment routing (RFC 9602)"),
        ("fc00::/7", "private, unique local (RFC 4193)"),
        ("fe80::/10", "link-local (RFC 4291)"),
        ("fec0::/10", "private, site-local (RFC 3879)"),
        ("ff00::/8", "multicast (RFC 4291)"),
    )
)
_TABLE: Final = {
    version: tuple(
        (int(network.network_address), int(network.netmask), what)
        for network, what in _SPECIAL
        if network.version == version
    )
    for version in (4, 6)
}
_GLOBAL_UNICAST: Final = ip_network("2000::/3")  # all that IANA has given out (RFC 4291 2.4)
# The one translation that stands for the public IPv4 internet: on a host without IPv4 of its own
# every IPv4-only site is seen through it (RFC 6052 section 2.1, RFC 6147).
_NAT64: Final = ip_network("64:ff9b::/96")


def effective(address: Address) -> Address:
    """The address that a socket really reaches: IPv4 behind ``::ffff:`` and NAT64 unwrapped."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def inside(address: Address) -> str | None:
    """Why `address` is none of the public internet: "loopback (RFC 1122)"; None when it is."""
    reached = effective(address)
    number = int(reached)
    for network, mask, what in _TABLE[reached.version]:
        if number & mask == network:
            return what
    if isinstance(reached, IPv6Address) and reached not in _GLOBAL_UNICAST:
        return "not given out to anyone (RFC 4291)"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Allowed:
    target: IPv4Network | IPv6Network | str  # addresses, or a name of the operator's network
    port: int | None  # None: every port


_LOCALHOST: Final = (ip_network("127.0.0.1/32"), ip_network("::1/128"))  # RFC 6761 section 6.3
_ENTRY: Final = re.compile(
    r"(?: \[ (?P<bracketed> [^\[\]]* ) \] | (?P<bare> [^\[\]:]* ) ) (?: : (?P<port> [^:]* ) )?",
    re.VERBOSE,
)
_NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.IGNORECASE)
_NUMERIC: Final = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_FORMS: Final = "127.0.0.1:8000, localhost:8000, feeds.lan:80, 127.0.0.0/8:8000 or [fd00::/8]:*"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowList:
    """The inside addresses that the operator opens, each with its port or `*` for every port.

    An address or a network opens these socket addresses, by whatever name they were reached.
    A name opens whatever it leads to, but only when the URL has this very name. `localhost`
    stands for the addresses 127.0.0.1 and ::1.
    """

    entries: tuple[_Allowed, ...] = ()

    @classmethod
    def parse(cls, entries: Iterable[str]) -> "AllowList":
        """Read the entries of `network.allow`.

        Raises:
            ValueError: with a sentence that names the entry and the form that was wanted.
        """
        return cls(entries=tuple(allowed for entry in entries for allowed in _read(entry)))

    def allows(self, address: Address | str, port: int, *, host: str = "") -> bool:
        """Whether the operator opened this socket address, reached by the name `host`."""
        reached = effective(ip_address(address) if isinstance(address, str) else address)
        name = host.lower().removesuffix(".")
        return any(
            (allowed.port is None or allowed.port == port)
            and (
                name == allowed.target
                if isinstance(allowed.target, str)
                else reached.version == allowed.target.version and reached in allowed.target
            )
            for allowed in self.entries
        )

    def refusal(self, address: Address, port: int, host: str) -> str | None:
        """Why no connection may be made to this socket address; None when one may."""
        what = inside(address)
        return None if what is None or self.allows(address, port, host=host) else what


def _read(entry: str) -> tuple[_Allowed, ...]:
    text = entry.strip()
    if "://" in text:
        raise ValueError(f"{entry!r} is a web address; wanted host and port: {_FORMS}")
    match = _ENTRY.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{entry!r} cannot be read; an IPv6 address stands in brackets; wanted {_FORMS}"
        )
    host = match["bare"] if match["bracketed"] is None else f"[{match['bracketed']}]"
    if match["port"] is None:
        raise ValueError(f"{entry!r} names no port; wanted {host}:8000, or {host}:* for all ports")
    port = _port(entry, match["port"])
    if host.lower() == "localhost":
        return tuple(_Allowed(target=network, port=port) for network in _LOCALHOST)
    if _NAME.fullmatch(host) and not _NUMERIC.fullmatch(host):
        return (_Allowed(target=host.lower(), port=port),)
    return (_Allowed(target=_network(entry, host.strip("[]")), port=port),)


def _port(entry: str, text: str) -> int | None:
    if text == "*":
        return None
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535:
        return int(text)
    raise ValueError(f"{entry!r} has no port after the colon; wanted 1 to 65535, or * for all")


def _network(entry: str, host: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(host)
    except ValueError as error:
        try:
            wider = ip_network(host, strict=False)
        except ValueError:
            raise ValueError(
                f"{entry!r} names neither an address nor a network; wanted {_FORMS}"
            ) from error
        raise ValueError(f"{entry!r} is no network; did you mean {wider}?") from error
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise ValueError(f"{entry!r} hides an IPv4 address; write the IPv4 address itself")
    return network
