"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, through feedparser; its door.

`parsers` makes feedparser keep what was written, `values` takes its dictionaries apart.
"""

from aggregator.gather.feed.syndication import parsers, values
from aggregator.model import ParsedFeed


def read(
    text: str, *, url: str, entities: dict[str, str], content_language: str | None = None
) -> ParsedFeed:
    """Read a document of the RSS and Atom families.

    Args:
        text: the document, decoded and with harmless references.
        url: its address: the base of relative links.
        entities: the entities that its document type declares.
        content_language: the header, for a feed that names no language itself.

    Raises:
        SourceError: TOO_COSTLY, for markup that no feed has.
    """
    found = parsers.parse(text, url=url, entities=entities)
    return values.take_apart(
        found.version,
        found.feed,
        found.entries,
        flaws=found.flaws,
        content_language=content_language,
    )
