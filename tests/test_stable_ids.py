"""No published id changes or repeats, whatever publishers rename, edit and restart.

A random history of one outlet: its articles are edited, its guids, paths, domain and clock change,
articles come and leave its window, the program starts anew. What was published keeps its id, and
no article is published twice.
"""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from aggregator.gather import schedule
from aggregator.gather.identify import identify
from aggregator.gather.normalize import normalize
from aggregator.judge import renamed, revise
from aggregator.model import (
    Feed,
    FeedMeta,
    Outcome,
    ParsedEntry,
    ParsedFeed,
    Ruling,
    Source,
    Text,
    Verdict,
    Visit,
)
from aggregator.store import Store
from aggregator.syndicate import mint

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://herald.example/feed"
FEED = Feed(key="", candidates=(URL,))
SOURCE = Source(id="herald", name="The Herald", feeds=(FEED,), language="en")
SUBJECTS = "water schools bridges hospitals harvests elections museums railways pensions libraries"
WINDOW = 8


@dataclass
class Outlet:
    """A publisher and its system."""

    guid: str = "http://herald.example/{n}"
    link: str = "https://herald.example/a/{n}"
    zone: int = 0
    articles: dict = field(default_factory=dict)  # number -> times edited
    now: datetime = START + timedelta(hours=14)  # later than any date, in whatever zone

    def entry(self, number):
        subject = SUBJECTS.split()[number % 10]
        body = " ".join(
            f"Sentence {number}-{k} of the story on {subject} says what council {k} decided, and "
            f"that neighbours of {subject.title()}{number} had asked it {k} times for another road."
            for k in range(8)
        )
        edits = self.articles[number]
        moment = START + timedelta(hours=number + self.zone)
        return ParsedEntry(
            guid=self.guid.format(n=number),
            link=self.link.format(n=number),
            title=Text(value=f"Council decides on {subject} in district number {number}"),
            summary=Text(value=f"<p>{body}</p>" + f"<p>Correction {edits}.</p>" * bool(edits)),
            published=moment.isoformat(),
        )

    def document(self):
        newest = sorted(self.articles, reverse=True)[:WINDOW]
        return ParsedFeed(format="rss20", meta=FeedMeta(), entries=tuple(map(self.entry, newest)))


class Ids(RuleBasedStateMachine):
    """An outlet, a store, and what was published."""

    empty_store: Path

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "aggregator.db"
        shutil.copy(self.empty_store, self.path)
        self.outlet = Outlet(articles=dict.fromkeys(range(6), 0))
        self.names = {}  # number of an article -> the id under which it was published
        self.start()

    def start(self):
        self.store = Store.open(str(self.path), now=START)
        self.store.enroll(
            [SOURCE],
            now=self.outlet.now,
            domain_of=lambda feed, state: "herald.example",
            clamp=schedule.clamped,
        )

    def teardown(self):
        self.store.close()
        self.folder.cleanup()

    @rule()
    def it_is_polled_and_published(self):
        outlet = self.outlet
        outlet.now += timedelta(hours=1)
        (claim,) = self.store.claim(
            outlet.now, limit=1, lease=timedelta(minutes=5), only=None, force=True
        )
        items = identify("herald", outlet.document(), guids_unreliable=False)
        recall = self.store.recall("herald", "", items)
        known = {item.key: recall.find(item) for item in items}
        news = [i for i in items if known[i.key] is None or known[i.key].digest != i.digest]
        fresh = [
            normalize(item, source=SOURCE, feed=FEED, meta=FeedMeta(), now=outlet.now)
            for item in news
        ]
        unknown = [entry for entry in fresh if known[entry.key] is None]
        wanted = [(entry, revise.text_digest(entry)) for entry in unknown]
        named = {was.entry_id for was in known.values() if was is not None}
        kept = sum(was is not None and was.digest != "" for was in known.values())
        last = claim.state.last_success
        document = renamed.Document(
            named=named,
            last_read=last,
            moved=renamed.has_moved(
                unknown, kept=kept, new_names=len(named) - kept, last_read=last
            ),
        )
        candidates = self.store.alike("herald", "", wanted)
        for place, (found, _) in renamed.matched(unknown, candidates, document).items():
            known[unknown[place].key] = found.known
        words = self.store.contents(was.entry_id for was in known.values() if was is not None)
        changes = tuple(
            revise.revise(
                entry,
                was := known[entry.key],
                Verdict(ruling=Ruling.PUBLISH),
                feed_key="",
                now=outlet.now,
                before=None if was is None else words[was.entry_id],
            )
            for entry in fresh
        )
        visit = Visit(
            source_id="herald",
            feed_key="",
            fence=claim.fence,
            at=outlet.now,
            url=URL,
            outcome=Outcome.CHANGED,
            status=200,
            received=1,
            state=schedule.after(
                claim.state, SOURCE, FEED, _answer(), None, now=outlet.now, chance=0.0
            ),
            changes=changes,
        )
        (recorded,) = self.store.record([visit])
        assert recorded.accepted, recorded.reason
        self.store.emit(["en"], now=outlet.now, mint=mint.mint)

    @rule(count=st.integers(1, 4))
    def it_publishes(self, count):
        for _ in range(count):
            number = max(self.outlet.articles) + 1
            self.outlet.articles[number] = 0
            self.outlet.now = max(self.outlet.now, START + timedelta(hours=number + 14))

    @rule(place=st.integers(0, WINDOW - 1))
    def it_edits(self, place):
        number = sorted(self.outlet.articles)[-1 - place % len(self.outlet.articles)]
        self.outlet.articles[number] += 1

    @rule(system=st.integers(0, 10_000))
    def it_renames_every_guid_and_path(self, system):
        self.outlet.guid = f"s{system}:{{n}}"
        self.outlet.link = f"https://herald.example/s{system}/{{n}}"

    @rule(number=st.integers(0, 10_000))
    def it_moves_to_another_domain(self, number):
        self.outlet.guid = f"https://h{number}.example/{{n}}"
        self.outlet.link = f"https://h{number}.example/{{n}}"

    @rule(zone=st.integers(-3, 3))
    def its_clock_is_in_another_zone(self, zone):
        self.outlet.zone = zone

    @rule()
    def the_program_starts_again(self):
        self.store.close()
        self.start()

    @invariant()
    def each_article_has_one_id_and_keeps_it(self):
        published = self.store.published(range(1, 10_000))
        assert len({one.id for one in published}) == len(published)
        numbers = [int(one.entry.title.split()[-1]) for one in published]
        assert len(set(numbers)) == len(numbers), "an article was published twice"
        now = dict(zip(numbers, (one.id for one in published), strict=True))
        assert {number: now.get(number) for number in self.names} == self.names
        self.names = now


def _answer():
    from aggregator.model import NotModified  # noqa: PLC0415 - one line, one use

    return NotModified(url=URL, validators=None, fresh_until=None, moved_to=None)


def test_no_published_id_changes_or_repeats(tmp_path_factory):
    path = tmp_path_factory.mktemp("empty") / "aggregator.db"
    with Store.open(str(path), now=START):
        pass
    machine = type("Machine", (Ids,), {"empty_store": path})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
