"""Sources that tell stories: an entry's categories say which, its rights who had it first."""

from dataclasses import dataclass, replace
from datetime import timedelta

from aggregator.model import Copy, Ruling, Verdict
from aggregator.store import Likeness

WITHIN = timedelta(days=3)
ORDER = ("alpha", "beta", "gamma", "delta")
HOLD = Verdict(ruling=Ruling.HOLD, reasons=("in doubt",))


# A made-up likeness: what a story is stands in the entry's categories, and who had it first in its
# rights. How texts are compared is the business of others' tests.


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    source: str
    tags: tuple[str, ...]
    published: float


def sketch(entry, *, published):
    return Tags(source=entry.key.source_id, tags=entry.categories, published=published.timestamp())


def features(one):
    return one.tags


def same_story(one, other, *, within):
    both = sorted(set(one.tags) & set(other.tags))
    apart = abs(one.published - other.published)
    if not both or (within is not None and apart > within.total_seconds()):
        return None
    return f"both are about {both[0]}"


def original(told):
    places = [place for place, entry in enumerate(told) if entry.rights == "first"]
    return places[0] if places else None


def alike(within=WITHIN):
    return Likeness(
        sketch=sketch,
        features=features,
        same_story=same_story,
        original=original,
        within=within,
    )


def tell(world, source, name, *tags, verdict=None, publish_at=None, **fields):
    """Let a source bring an entry about something; return it."""
    entry = world.entry(source, name, categories=tags, **fields)
    change = world.change(entry, publish_at=publish_at)
    world.bring(source, change if verdict is None else replace(change, verdict=verdict))
    return entry


def compare(world, within=WITHIN, limit=1000):
    count = 0
    while (done := world.store.compare(alike(within), now=world.now, limit=limit)) == limit:
        count += done
    return count + done


def publish(world, order=ORDER, languages=("en",)):
    """Compare and emit, as the press does; return what documents show, the first one first."""
    compare(world)
    world.store.emit(languages, now=world.now, mint=world.mint, order=order)
    return shown(world, languages)


def shown(world, languages=("en",)):
    return [name(published.entry) for published in reversed(world.shown(*languages))]


def name(entry):
    return entry.title.removeprefix("Title of ")


def copies(world, entry):
    """What documents name beside an entry that they show."""
    (one,) = (p for p in world.shown("en", "fr") if p.entry.key == entry.key)
    return one.copies


def link(entry, **more):
    return Copy(source_id=entry.key.source_id, link=entry.link, **more)


def together(world):
    """The clusters, as sets of guids."""
    rows = world.rows("SELECT cluster_id, guid FROM cluster_entries JOIN entries ON id = entry_id")
    found = {}
    for cluster, guid in rows:
        found.setdefault(cluster, set()).add(guid)
    return {frozenset(guids) for guids in found.values()}


def settled(world):
    world.store.settle(world.store.outdated().generation, "stamp")
    assert world.store.outdated().sequences == ()


def entry_id(world, entry):
    return world.known(entry).entry_id


def take_down(world, entry):
    return world.store.take_down(
        entry_id=entry_id(world, entry), who="Rojda", why="asked to", now=world.now
    )
