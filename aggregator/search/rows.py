"""An article becomes words that find it, and the few things that a list shows of it. Pure."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from aggregator.model import AtomId, Extent, FeedMeta, Html, Item, Mention, Picture, Source
from aggregator.text.html import plain
from aggregator.text.search import bare, marked, words


def columns(item: Item) -> tuple[str, ...]:
    """Return an item's words by FTS5's columns: title, summary, body, names, and with marks."""
    return tuple(_columns(item))


def _columns(item: Item) -> Iterator[str]:
    texts = (
        item.title,
        f"{item.summary} {item.opening}",
        plain(item.body),
        "\n".join(
            (
                item.source.name,
                *(one.name for one in (item.outlet, item.via) if one is not None),
                *(person.name for person in item.authors),
                *item.categories,
            )
        ),
    )
    spelled = [words(text, item.language) for text in texts]
    for column in spelled:
        yield bare(" ".join(column))
    yield " ".join(marked((word for column in spelled for word in column), item.language))


def pack(found: tuple[str, ...]) -> bytes:
    """Write columns down, in a third of their size."""
    return zlib.compress("\n".join(found).encode())


def unpack(packed: bytes) -> tuple[str, ...]:
    """Read what `pack` wrote; words hold no line breaks."""
    return tuple(zlib.decompress(packed).decode().split("\n"))


def teaser(item: Item) -> bytes:
    """Write what a list shows of an item, and no more: the text is on its page."""
    shown = (
        item.id,
        item.title,
        item.link,
        item.language,
        item.published.isoformat(),
        item.updated.isoformat(),
        (item.source.id, item.source.name, item.source.homepage),
        item.extent,
        item.summary,
        item.opening,
        None if item.picture is None else asdict(item.picture),
        [None if one is None else asdict(one) for one in (item.outlet, item.via)],
    )
    written = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(written.encode("utf-8", "surrogatepass"))


def read_teaser(written: bytes) -> Item:
    """Read what `teaser` wrote; what it left out is empty."""
    (
        id_,
        title,
        link,
        language,
        published,
        updated,
        (source, name, homepage),
        extent,
        summary,
        opening,
        picture,
        (outlet, via),
    ) = json.loads(zlib.decompress(written))
    return Item(
        id=AtomId(id_),
        title=title,
        link=link,
        language=language,
        published=datetime.fromisoformat(published),
        updated=datetime.fromisoformat(updated),
        authors=(),
        source=Source(id=source, name=name, feeds=(), homepage=homepage),
        source_meta=FeedMeta(),
        source_updated=None,
        extent=Extent(extent),
        summary=summary,
        opening=opening,
        body=Html(""),
        enclosures=(),
        categories=(),
        rights=None,
        license=None,
        origin=None,
        picture=None if picture is None else Picture(**picture),
        outlet=None if outlet is None else Mention(**outlet),
        via=None if via is None else Mention(**via),
    )
