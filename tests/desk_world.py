"""Outlets that bring the same stories, editors who decide about them, and the press."""

import random
import re
from dataclasses import replace
from datetime import timedelta

from aggregator.model import (
    ChangeKind,
    EntryKey,
    Extent,
    Html,
    Images,
    Outcome,
    Ruling,
    Verdict,
    Visit,
)
from aggregator.press.ledger import Ledger
from aggregator.store import Store
from tests.press_world import PressWorld, found, tree

OUTLETS = {"herald": "en", "valley": "en", "gazette": "en", "monde": "fr", "lumiere": "fr"}
WORDS = {
    "en": "water council river dam harvest road school bridge village market clinic winter "
    "field engine border train library press teacher mountain bakery valley lantern orchard",
    "fr": "conseil rivière barrage récolte route école pont village marché clinique hiver champ "
    "moteur train bibliothèque presse montagne boulangerie vallée lanterne verger maison",
}
TOPICS = ("Water", "Schools", "Élections 2026", *(f"Topic {number}" for number in range(6)))


class DeskWorld(PressWorld):
    """Outlets that bring the same stories, and editors who decide about them."""

    def __init__(self, folder, *, seed):
        self.stories = {}  # by number of the article: the story's
        self.emitted = {}  # by number: the ids and addresses that were given for ever
        self.more = {}  # of the configuration
        super().__init__(folder, seed=seed)
        self.editions = ["en", "fr", {"tag": "all", "languages": ["en", "fr"]}]
        self.publish_keys["entries"] = 3
        self.outlets = {name: {"rights": {"images": "copy"}} for name in OUTLETS}
        self.configure()
        self.follow()

    def configure(self, **publish):
        super().configure(**publish)
        self.config = replace(self.config, **self.more)

    def bring(self, outlet, story, *, hold=False, delay=None, same=False, **fields):
        """Let an outlet bring a story, word for word the `same` or not; return its number."""
        number = len(self.articles) + 1
        self.stories[number] = story
        language = OUTLETS[outlet]
        words = random.Random(f"{story} {language}")
        chosen = [words.choice(WORDS[language].split()) for _ in range(60)]
        text = " ".join((*chosen[:30], f"mid{story}x", *chosen[30:]))
        title = " ".join((f"Story{story}x", *chosen[40:46])).capitalize()
        entry = replace(
            self._like(outlet, number),
            title=title,
            standfirst="",
            body=Html(
                f"<p>{text}.</p><p>{' '.join(chosen[::-1])} end.</p>"
                f"<p>{' '.join(chosen[::2])} tail{story}x.</p>{'' if same else f'<p>{outlet}.</p>'}"
            ),
        )
        entry = self.articles[number] = replace(entry, **fields)
        ruling = Ruling.HOLD if hold else Ruling.PUBLISH
        change = replace(
            self._change(entry),
            verdict=Verdict(ruling=ruling),
            publish_at=delay and self.now + delay,
        )
        self._record(outlet, [change])
        return number

    def _like(self, outlet, number):
        self_outlet = "monde" if OUTLETS[outlet] == "fr" else "herald"
        entry = self._article(self_outlet, number)
        return replace(
            entry,
            key=EntryKey(source_id=outlet, guid=f"tag:{outlet}.example,2026:{number}"),
            address=f"{outlet}.example/{number}",
            link=f"https://{outlet}.example/a{number}z",
            categories=tuple(self.chance.sample(TOPICS, self.chance.choice((0, 1, 3)))),
            published=self.now - timedelta(minutes=self.chance.choice((0, 5, 300))),
        )

    def _change(self, entry, kind=ChangeKind.NEW, entry_id=None):
        made = super()._change(entry, kind, entry_id)
        return replace(made, text_digest=f"{entry.title} {entry.standfirst} {entry.body}")

    def id_of(self, number):
        return self._known(self.articles[number]).entry_id

    def update(self, number, kind, ruling=Ruling.PUBLISH, **fields):
        entry = self.articles[number] = replace(self.articles[number], **fields)
        change = self._change(entry, kind, self.id_of(number))
        self._record(entry.key.source_id, [replace(change, verdict=Verdict(ruling=ruling))])

    def signs(self, outlet, **signs):
        """A visit that brings signs of the publisher alone."""
        (claim,) = self.store.claim(
            self.now, limit=100, lease=timedelta(minutes=5), only=[outlet], force=True
        )
        visit = Visit(
            source_id=outlet,
            feed_key="",
            fence=claim.fence,
            at=self.now,
            url=f"https://{outlet}.example/feed",
            outcome=Outcome.CHANGED,
            status=200,
            received=1000,
            state=replace(claim.state, last_visit=self.now, next_due=self.now),
            **signs,
        )
        (recorded,) = self.store.record([visit])
        assert recorded.accepted, recorded.reason

    def restart(self):
        self.store.close()
        self.store = Store.open(self.config.store, now=self.now)

    def by(self, why="asked"):
        return {"who": "desk", "why": why, "now": self.now}

    def faults(self):
        """What stands in the tree, or the index, that may not; and ids that moved."""
        written = tree(self.root)
        whole = "\n".join(body.decode("utf-8", "replace") for body in written.values())
        whole += repr(found(self.folder / "store" / "search.db"))
        ledger = Ledger(self.config, self.store, now=self.now)
        shown = self.store.published(range(1, 5000))
        number_of = {self.id_of(number): number for number in self.articles}
        lead = {number_of[one.entry_id] for one in shown}
        gone_txt = written["410.txt"].decode()
        links = set()
        full = set()
        for one in shown:
            links |= {one.entry.link, one.link, *(copy.link for copy in one.copies)}
            if ledger.allow(one).extent is Extent.FULL:
                full.add(self.stories[number_of[one.entry_id]])
        told = set(re.findall(r"https://[a-z]+\.example/a\d+z[a-z0-9]*", whole))
        faults = [f"link {one}" for one in sorted(told - links)]
        stories = {self.stories[number] for number in lead}
        faults += [
            f"{word} of story {story}"
            for story in set(self.stories.values())
            for word, may in (("Story", stories), ("mid", stories), ("tail", full))
            if story not in may and re.search(rf"\b{word}{story}x", whole)
        ]
        for number in self.articles:
            dossier = self.store.dossier(self.id_of(number))
            emission = dossier.emission
            if emission is not None:
                now = (emission.sequence, emission.id, emission.link)
                if self.emitted.setdefault(number, now) != now:
                    faults.append(f"{number} moved: {self.emitted[number]} {now}")
                gone = f"/articles/{emission.sequence}.html"
                here = [path for path in written if path.endswith(gone)]
                if number in lead and not here:
                    faults.append(f"{number} has no page")
                if number not in lead and here:
                    faults.append(f"{number} has a page")
                if number not in lead and gone not in gone_txt:
                    faults.append(f"{number} not in 410.txt")
        numbers = {str(one.sequence) for one in shown}
        named = set(re.findall(r"articles/(\d+)\.html", whole.replace(gone_txt, "")))
        faults += [f"a link to article {one}" for one in sorted(named - numbers)]
        images = {one.picture.path for one in shown if one.picture and self._may_copy(ledger, one)}
        faults += [path for path in written if path.startswith("images/") and path not in images]
        return faults

    @staticmethod
    def _may_copy(ledger, one):
        return ledger.allow(one).images is Images.COPY


def told(world):
    """All that is published, as one text."""
    return "\n".join(body.decode("utf-8", "replace") for body in tree(world.root).values())
