"""Which addresses may be reached: corpus/addresses.tsv, and the operator's allow-list."""

import asyncio
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.fetch import AllowList, Fetcher
from aggregator.gather.fetch.addresses import Address, inside
from aggregator.gather.fetch.transport import GuardedTransport

CORPUS = Path(__file__).parent / "corpus"
NOW = datetime(2025, 3, 21, 12, 0, tzinfo=UTC)


def rows(name: str) -> list[list[str]]:
    lines = (CORPUS / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def attempt(url: str, transport: GuardedTransport) -> SourceError:
    """Fetch from an address that is refused one way or another; nothing ever connects."""

    async def run() -> None:
        fetcher = Fetcher(
            user_agent="aggregator/0.1 (+https://www.example.org/bot; desk@example.org)",
            contact="desk@example.org",
            allow=AllowList(),
            deadline=timedelta(seconds=5),
            max_wire=1000,
            max_body=1000,
            spacing=timedelta(0),
            transport=transport,
        )
        async with fetcher:
            await fetcher.fetch(url, validators=None, now=NOW)

    with pytest.raises(SourceError) as caught:
        asyncio.run(run())
    return caught.value


def judged(address: Address, port: int, host: str) -> str:
    """The real judgement; where it allows, a word in the place of the connection."""
    return AllowList().refusal(address, port, host) or "PUBLIC"


@pytest.mark.parametrize(("host", "verdict", "why"), rows("addresses.tsv"))
def test_every_spelling_of_an_address_is_judged_where_the_socket_would_connect(host, verdict, why):
    error = attempt(f"http://{host}/feed", GuardedTransport(judged))
    assert error.kind is FailureKind.FORBIDDEN_ADDRESS, (error, why)
    if verdict == "url":
        assert "network.allow" not in error.message, why
    else:
        assert ("is PUBLIC;" in error.message) == (verdict == "public"), (error, why)


@pytest.mark.parametrize(
    ("public", "inner", "what"),
    [
        ("93.184.215.14", "127.0.0.1", "loopback"),
        ("93.184.215.14", "10.0.0.1", "private"),
        ("2606:4700::1", "fd00::1", "private"),
        ("2606:4700::1", "169.254.169.254", "link-local"),
    ],
)
def test_a_name_with_one_inside_address_among_others_is_refused_whole(public, inner, what):
    async def resolve(host: str, port: int) -> tuple[Address, ...]:
        return (ip_address(public), ip_address(inner))

    guarded = GuardedTransport(AllowList().refusal, resolve=resolve)
    error = attempt("http://feeds.example.org/", guarded)
    assert error.kind is FailureKind.FORBIDDEN_ADDRESS
    assert error.message.startswith(f"feeds.example.org leads to {inner}, which is {what}")


def test_a_name_is_looked_up_once_so_a_second_answer_cannot_lead_inside():
    asked = []

    async def resolve(host: str, port: int) -> tuple[Address, ...]:
        asked.append(host)
        return (ip_address("127.0.0.1" if len(asked) > 1 else "127.0.0.9"),)

    def only_the_first(address: Address, port: int, host: str) -> str | None:
        return None if str(address) == "127.0.0.9" else "inside"

    # Nothing listens on port 9 of 127.0.0.9: that it is refused shows where the socket went.
    error = attempt(
        "http://rebind.example.org:9/", GuardedTransport(only_the_first, resolve=resolve)
    )
    assert error.kind is FailureKind.UNREACHABLE
    assert asked == ["rebind.example.org"]


@pytest.mark.parametrize(("entry", "host", "address", "port", "verdict"), rows("http/allow.tsv"))
def test_the_allow_list_opens_what_it_names_and_no_more(entry, host, address, port, verdict):
    allow = AllowList.parse([entry])
    assert allow.allows(address, int(port), host=host) == (verdict == "yes")


@pytest.mark.parametrize(("entry", "says"), rows("http/allow-mistakes.tsv"))
def test_a_mistake_in_the_allow_list_is_told_with_what_was_wanted(entry, says):
    with pytest.raises(ValueError) as caught:
        AllowList.parse(["127.0.0.1:8000", entry.replace("␠", " ")])
    assert says in str(caught.value)


def test_an_allowed_inside_address_is_not_refused_and_its_neighbors_are():
    allow = AllowList.parse(["127.0.0.0/8:8000", "[fd00::/8]:*"])
    assert allow.refusal(ip_address("127.0.0.2"), 8000, "127.0.0.2") is None
    assert allow.refusal(ip_address("::ffff:127.0.0.2"), 8000, "x.example.org") is None
    assert allow.refusal(ip_address("fd12::1"), 443, "x.example.org") is None
    assert allow.refusal(ip_address("127.0.0.2"), 8001, "127.0.0.2") == "loopback (RFC 1122)"
    assert allow.refusal(ip_address("10.0.0.1"), 8000, "10.0.0.1") == "private (RFC 1918)"
    assert inside(ip_address("127.0.0.2")) == "loopback (RFC 1122)"
