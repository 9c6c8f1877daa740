"""robots.txt as RFC 9309 reads it: rules from the corpus, answers of servers, the real child."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.errors import FailureKind, SourceError
from aggregator.gather import robots
from aggregator.gather.robots import Robots
from aggregator.model import Fetched
from aggregator.worker import WorkerPool

CORPUS = Path(__file__).parent / "corpus" / "robots"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PAGE = "https://a.example/news/1"
CASES = [
    (path, word == "allow", url)
    for path in sorted(CORPUS.glob("*.txt"))
    for word, url in re.findall(
        r"^# (allow|deny) +(\S+)$", path.read_text("utf-8-sig"), re.MULTILINE
    )
]


def fetched(body=b"", url="https://a.example/robots.txt"):
    return Fetched(
        url=url,
        content_type="text/plain",
        content_language=None,
        body=body,
        received=len(body),
        validators=None,
        fresh_until=None,
        moved_to=None,
        conditional=False,
    )


class Site:
    """Answers for robots.txt; counts how often it is asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    async def ask(self, url, now):
        self.asked.append(url)
        if isinstance(self.answer, SourceError):
            raise self.answer
        return fetched(self.answer, url)

    async def permits(self, body, url):
        return robots.permits(body, url)

    def rules(self):
        return Robots(self.ask, self.permits)


@pytest.mark.parametrize(
    ("path", "allowed", "url"), CASES, ids=[f"{p.stem}-{url[17:]}" for p, _, url in CASES]
)
def test_rules_are_read_as_the_standard_says(path, allowed, url):
    assert robots.permits(path.read_bytes(), url) is allowed


def test_every_file_of_the_corpus_has_cases():
    assert {path for path, _, _ in CASES} == set(CORPUS.glob("*.txt"))


def test_the_rules_are_at_the_root_of_scheme_host_and_port():
    assert robots.address("http://a.example:81/x/y?z") == "http://a.example:81/robots.txt"


def test_what_lies_beyond_the_size_that_is_parsed_says_nothing():
    padding = b"# padding\n" * (robots.LARGEST // 10)
    body = b"User-agent: *\nDisallow: /early\n" + padding + b"Disallow: /late\n"
    assert not robots.permits(body, "https://a.example/early")
    assert robots.permits(body, "https://a.example/late")


def test_a_rule_just_within_500_kib_counts():
    head = b"User-agent: *\n"
    rule = b"Disallow: /late\n"
    rest = robots.LARGEST - len(head) - len(rule)
    body = head + b"#" * (rest - 1) + b"\n" + rule
    assert not robots.permits(body, "https://a.example/late")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "allowed"),
    [
        (SourceError(FailureKind.HTTP_STATUS, "nothing here", status=404), True),
        (SourceError(FailureKind.HTTP_STATUS, "refuses us", status=403), True),
        (SourceError(FailureKind.HTTP_STATUS, "asks for a password", status=401), True),
        (SourceError(FailureKind.GONE, "gone", status=410), True),
        (SourceError(FailureKind.REDIRECT, "redirects more than 5 times", status=302), True),
        (SourceError(FailureKind.HTTP_STATUS, "has an error", status=500), False),
        (SourceError(FailureKind.HTTP_STATUS, "not available", status=503), False),
        (SourceError(FailureKind.RATE_LIMITED, "too often", status=429), False),
        (SourceError(FailureKind.UNREACHABLE, "no such name"), False),
        (SourceError(FailureKind.TIMEOUT, "took too long"), False),
        (SourceError(FailureKind.TOO_LARGE, "too large", status=200), False),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, SourceError) else "",
)
async def test_an_answer_without_rules_allows_all_or_nothing(error, allowed):
    rules = Site(error).rules()
    assert await rules.allows(PAGE, now=NOW) is allowed
    refusal = await rules.refusal(PAGE, now=NOW)
    assert (refusal is None) is allowed
    assert allowed or error.message in refusal


@pytest.mark.anyio
async def test_a_refusal_names_the_rules_and_the_page():
    refusal = await Site(b"User-agent: *\nDisallow: /").rules().refusal(PAGE, now=NOW)
    assert "https://a.example/robots.txt" in refusal
    assert PAGE in refusal


@pytest.mark.anyio
async def test_rules_are_kept_for_a_day_and_no_longer():
    site = Site(b"")
    rules = site.rules()
    for passed in (timedelta(0), timedelta(hours=23, minutes=59), timedelta(hours=24)):
        await rules.allows(PAGE, now=NOW + passed)
    assert len(site.asked) == 2


@pytest.mark.anyio
async def test_a_site_that_could_not_be_reached_is_asked_again_soon():
    site = Site(SourceError(FailureKind.UNREACHABLE, "no such name"))
    rules = site.rules()
    assert not await rules.allows(PAGE, now=NOW)
    site.answer = b""
    assert not await rules.allows(PAGE, now=NOW + timedelta(minutes=5))
    assert await rules.allows(PAGE, now=NOW + timedelta(minutes=10))


@pytest.mark.anyio
async def test_two_ports_are_two_sites():
    site = Site(b"")
    rules = site.rules()
    await rules.allows("https://a.example/x", now=NOW)
    await rules.allows("https://a.example:8443/x", now=NOW)
    assert site.asked == ["https://a.example/robots.txt", "https://a.example:8443/robots.txt"]


@pytest.mark.anyio
async def test_a_file_that_multiplies_ends_its_child_and_allows_nothing():
    names = b"".join(b"user-agent:a%d\n" % n for n in range(15_000))
    bomb = names + b"allow:/\n" * 30_000
    async with WorkerPool(1, time_limit=timedelta(seconds=20)) as pool:
        rules = Robots(Site(bomb).ask, pool.permits)
        refusal = await rules.refusal(PAGE, now=NOW)
        assert "cannot be read" in refusal
        assert await Robots(Site(b"").ask, pool.permits).allows(PAGE, now=NOW), "the pool lives"
