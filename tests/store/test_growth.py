"""Random histories: whatever happens, lists only grow, and no change is kept from the documents."""

import itertools
import random
import shutil
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.model import (
    Alternate,
    ChangeKind,
    Enclosure,
    Picture,
    Ruling,
    SeriesKind,
    Verdict,
)
from aggregator.store import Store

SPOKEN = ("en", "kmr", "ckb")
IMAGES = ("https://img.example/1.jpg", "https://img.example/2.jpg")
ALWAYS = timedelta(days=36500)


class Growth:
    """Two sources, an edition that gets languages, and a publisher who may die at any moment.

    What happens takes dice: for its choices.
    """

    def __init__(self, path, world_of):
        self.path = path
        self.world = world_of(self.open())
        self.world.follow("alpha", "beta")
        self.languages = {"en"}
        self.held = {}  # series and position -> sequence
        self.seen = None  # the last look that the publisher had: generation, and what stood there
        self.documents = {}  # sequence -> what they show of it

    def open(self):
        return Store.open(str(self.path), now=datetime(2026, 3, 1, tzinfo=UTC), check=False)

    @property
    def store(self):
        return self.world.store

    # --- what happens

    def a_visit_brings(self, dice):
        source = dice.choice(("alpha", "beta"))
        changes = [
            self.change(dice, source, name) for name in dice.sample("abc", dice.choice((1, 2)))
        ]
        self.world.bring(source, *changes)

    def change(self, dice, source, name):
        image = dice.choice((None, *IMAGES))
        other = Alternate(
            href=f"{dice.choice(('alpha', 'beta'))}.example/{dice.choice('abc')}", language="fr"
        )
        entry = self.world.entry(
            source,
            name,
            title=dice.choice(("First", "Second")),
            language=dice.choice(SPOKEN),
            lead_image=None if image is None else Enclosure(url=image),
            categories=dice.choice((("b",), ("c", "d"))),
            translations=dice.choice(((), (other,))),
        )
        known = self.world.known(entry)
        kind, entry_id = ChangeKind.NEW, None
        if known is not None:
            kind = ChangeKind.MINOR if known.title == entry.title else ChangeKind.MATERIAL
            entry_id = known.entry_id
        verdict = Verdict(ruling=dice.choice((Ruling.PUBLISH, Ruling.PUBLISH, Ruling.HOLD)))
        return self.world.change(entry, kind, entry_id, verdict=verdict)

    def a_person_rules(self, dice):
        ids = self.world.rows("SELECT id FROM entries ORDER BY id")
        if ids:
            ruling = dice.choice((Ruling.PUBLISH, Ruling.DROP))
            (entry_id,) = dice.choice(ids)
            self.store.rule(entry_id, ruling, who="Rojda", why="so", now=self.world.now)

    def what_may_appear_is_emitted(self, dice):
        self.world.emit(*SPOKEN)

    def some_is_placed(self, dice):
        self.world.place(*self.languages, limit=dice.choice((1, 2, 100)))

    def the_edition_gets_or_loses_a_language(self, dice):
        self.languages ^= {dice.choice(SPOKEN)}
        self.languages = self.languages or {"en"}

    def pictures_are_wanted(self, dice):
        led = [p for p in self.store.published(self.sequences()) if p.entry.lead_image]
        uses = [(p.entry.lead_image.url, p.sequence) for p in led if dice.random() < 0.5]
        self.store.want_pictures(uses, self.world.now)

    def a_picture_comes(self, dice):
        for wanted in self.store.due_pictures(self.world.now, limit=1):
            path = f"images/{dice.choice('xy')}.jpg"
            picture = Picture(path=path, media_type="image/jpeg", length=1, width=1, height=1)
            self.store.keep_picture(wanted.url, picture)

    def files_are_lost_or_dropped(self, dice):
        self.store.lost_pictures(["images/x.jpg"][: dice.choice((0, 1))], self.world.now)
        for url, _ in self.store.unused_pictures():
            self.store.drop_picture(url)

    def the_rights_of_a_source_change(self, dice):
        self.store.mark_sources([dice.choice(("alpha", "gamma"))])

    def the_publisher_looks(self, dice):
        outdated = self.store.outdated()
        self.seen = outdated.generation, self.standing(outdated.sequences)

    def the_publisher_has_written(self, dice):
        if self.seen is not None:
            generation, standing = self.seen
            self.documents |= standing
            self.store.settle(generation, "stamp")
            self.seen = None

    def all_is_published(self, dice):
        self.world.emit(*SPOKEN)
        while self.world.place(*self.languages):
            pass
        self.the_publisher_looks(dice)
        self.the_publisher_has_written(dice)

    def the_clock_jumps(self, dice):
        self.world.later(hours=dice.choice((-3, 1, 20, 60)))

    def the_program_starts_again(self, dice):
        self.store.close()
        self.world.store = self.open()
        self.seen = None
        self.world.later(minutes=6)
        self.world.follow()

    # --- what holds

    def sequences(self):
        return [n for (n,) in self.world.rows("SELECT sequence FROM emissions ORDER BY 1")]

    def standing(self, sequences):
        """All that documents show of entries."""
        shown = {p.sequence: p for p in self.store.published(sequences)}
        # What a feed says of itself is as it was when a document was written.
        shown = {n: replace(p, source_meta=None, source_updated=None) for n, p in shown.items()}
        places = self.store.placements(sequences)
        others = self.store.translations(sequences)
        return {n: (shown.get(n), places.get(n), others.get(n)) for n in sequences}

    def positions_are_for_ever_and_without_gaps(self):
        rows = self.world.rows("SELECT series_id, position, sequence FROM placements")
        now = {(series_id, position): sequence for series_id, position, sequence in rows}
        assert {place: now.get(place) for place in self.held} == self.held
        fresh = now.keys() - self.held.keys()
        ends = defaultdict(int)
        for series_id, position in self.held:
            ends[series_id] = max(ends[series_id], position)
        assert all(position > ends[series_id] for series_id, position in fresh)
        self.held = now
        for series in self.store.series("all"):
            taken = sorted(position for series_id, position in now if series_id == series.id)
            assert taken == list(range(1, series.count + 1))
            sequences = [now[series.id, position] for position in taken]
            assert len(set(sequences)) == len(sequences)

    def an_edition_has_all_that_was_placed_once(self):
        edition = self.world.series()
        if edition is None:
            return
        question = (
            f"SELECT sequence FROM placements WHERE series_id = {edition.id} ORDER BY position"
        )
        held = [sequence for (sequence,) in self.world.rows(question)]
        placed = dict(self.world.rows("SELECT language, sequence FROM placed"))
        emitted = self.world.rows("SELECT sequence, language FROM emissions ORDER BY 1")
        assert sorted(held) == [n for n, language in emitted if n <= placed.get(language, 0)]
        shown = [p.sequence for p in self.store.published(held)]
        stretch = [p.sequence for p in self.store.stretch(edition.id, 1, edition.count)]
        assert stretch == [n for n in held if n in set(shown)]

    def no_change_is_kept_from_the_documents(self):
        sequences = self.sequences()
        outdated = set(self.store.outdated().sequences)
        standing = self.standing(sequences)
        fresh = {n for n in sequences if standing[n] != self.documents.get(n)}
        assert fresh <= outdated

    def what_is_hidden_is_withdrawn(self):
        sequences = self.sequences()
        shown = {p.sequence for p in self.store.published(sequences)}
        hidden = [n for n in sequences if n not in shown]
        withdrawn = self.world.rows("SELECT sequence FROM withdrawals ORDER BY 1")
        assert [n for (n,) in withdrawn] == hidden == list(self.store.gone(SPOKEN))
        for table, column in (("withdrawals", "withdrawn_at"), ("corrections", "corrected_at")):
            assert not self.world.rows(
                f"SELECT * FROM placements p LEFT JOIN {table} t ON t.sequence = p.sequence"
                f" WHERE p.{column} IS NOT t.{column}"
            )

    def a_window_shows_what_it_should(self):
        for series, entries, span in itertools.product(
            self.store.series("all"), (0, 2), (timedelta(0), timedelta(hours=48), ALWAYS)
        ):
            if series.name.kind is SeriesKind.MONTH:
                continue
            after = series.count // 2 * 2
            window = self.store.window(series.id, entries=entries, after=after, span=span)
            found = [p.sequence for p in window.entries]
            assert found == self.plain_window(series, entries, after, span)

    def plain_window(self, series, entries, after, span):
        """The sequences of a window, the plain way."""
        rows = self.world.rows(
            "SELECT p.position, m.sequence, m.emitted_at, c.corrected_at,"
            " n.ruling = 'publish' FROM placements p JOIN emissions m ON m.sequence = p.sequence"
            " JOIN entries n ON n.id = m.entry_id"
            " LEFT JOIN corrections c ON c.sequence = m.sequence"
            f" WHERE p.series_id = {series.id} ORDER BY p.position DESC"
        )
        newest = max(rows, key=lambda row: row[1])[2]
        latest = max([newest, *(row[3] for row in rows if row[3] is not None)])
        since = latest - span // timedelta(microseconds=1)
        late = itertools.takewhile(
            lambda row: row[2] >= since, sorted(rows, key=lambda row: -row[1])
        )
        wanted = {row[0] for row in late}
        wanted |= {row[0] for row in rows if row[0] > after}
        wanted |= {row[0] for row in rows if row[3] is not None and row[3] >= since}
        shown = [row for row in rows if row[4]]
        wanted |= {row[0] for row in shown[:entries]}
        return [row[1] for row in shown if row[0] in wanted]


INVARIANTS = (
    Growth.positions_are_for_ever_and_without_gaps,
    Growth.an_edition_has_all_that_was_placed_once,
    Growth.no_change_is_kept_from_the_documents,
    Growth.what_is_hidden_is_withdrawn,
    Growth.a_window_shows_what_it_should,
)
DEEDS = (
    *(Growth.a_visit_brings, Growth.all_is_published) * 3,
    *(Growth.a_person_rules, Growth.what_may_appear_is_emitted, Growth.some_is_placed) * 2,
    *(Growth.pictures_are_wanted, Growth.a_picture_comes, Growth.the_publisher_looks) * 2,
    Growth.files_are_lost_or_dropped,
    Growth.the_publisher_has_written,
    Growth.the_edition_gets_or_loses_a_language,
    Growth.the_rights_of_a_source_change,
    Growth.the_clock_jumps,
    Growth.the_program_starts_again,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    deeds=st.lists(
        st.tuples(st.sampled_from(DEEDS), st.integers(0, 1_000_000)), min_size=20, max_size=40
    )
)
def test_whatever_happens_lists_only_grow_and_nothing_is_kept_from_the_documents(
    deeds, empty_store, world_of
):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "aggregator.db"
        shutil.copy(empty_store, path)
        growth = Growth(path, world_of)
        try:
            for deed, seed in deeds:
                deed(growth, random.Random(seed))
                for holds in INVARIANTS:
                    holds(growth)
        finally:
            growth.store.close()
