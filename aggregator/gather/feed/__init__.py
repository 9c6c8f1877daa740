"""One document, read by the grammar that fits it -> `ParsedFeed`. Pure; runs in the bounded child.

decode       bytes -> text
recognize    which grammar, if any; cut off is told from whole
refuse       what is no feed, and which kind of no-feed
entities     references made harmless and readable
syndication  RSS and Atom, through feedparser
tombstones   what Atom says was taken back
jsonfeed     JSON Feed

What several of them need: `people` tells names from mail addresses, `quote` says what messages
show of a document.
"""

import traceback
from dataclasses import replace

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.feed import (
    decode,
    entities,
    jsonfeed,
    quote,
    recognize,
    refuse,
    syndication,
    tombstones,
)
from aggregator.model import Fetched, ParsedFeed

MAX_ADDRESS = 200  # characters of it that a message shows


def read(fetched: Fetched) -> ParsedFeed:
    """Read a body as what it is.

    Returns:
        What the publisher wrote, with `flaws` naming what had to be repaired.

    Raises:
        SourceError: EMPTY, LOGIN_PAGE, CHALLENGE_PAGE, WEB_PAGE, NOT_A_FEED, TRUNCATED,
            TOO_COSTLY; INTERNAL where a grammar failed on it in a way that nobody foresaw.
    """
    try:
        return _read(fetched)
    except SourceError as error:
        raise _failure(fetched, error.kind, error.message) from error
    except MemoryError as error:
        message = "the document needs more memory than a feed may have"
        raise _failure(fetched, FailureKind.TOO_COSTLY, message) from error
    except Exception as defect:
        # The grammar door: the one place where any exception is caught. What a publisher
        # writes must never end more than its own visit.
        raise _failure(fetched, FailureKind.INTERNAL, _report(defect)) from defect


def _failure(fetched: Fetched, kind: FailureKind, message: str) -> SourceError:
    """Name the document by its address: a source may have several, and be redirected."""
    return SourceError(kind, f"{quote.printable(fetched.url, MAX_ADDRESS)}: {message}")


def _read(fetched: Fetched) -> ParsedFeed:
    decoded = decode.decode(fetched.body, fetched.content_type)
    document = recognize.recognize(decoded.text)
    parsed: ParsedFeed | None = None
    flaws = decoded.flaws + document.flaws
    if document.kind is recognize.Kind.JSON:
        parsed = jsonfeed.read(
            document.body, url=fetched.url, content_language=fetched.content_language
        )
    elif document.kind is recognize.Kind.XML:
        defused = entities.defuse(document.head, document.body)
        flaws += defused.flaws
        parsed = syndication.read(
            defused.text,
            url=fetched.url,
            entities=defused.entities,
            content_language=fetched.content_language,
        )
        parsed = replace(parsed, deleted=tombstones.tombstones(defused.text))
    if parsed is None:
        raise refuse.refusal(
            document.body,
            start=fetched.body[:16],
            url=fetched.url,
            content_type=fetched.content_type,
            root=document.root,
        )
    return replace(parsed, flaws=flaws + parsed.flaws)


def _report(defect: Exception) -> str:
    """Name a defect and its place: enough for a bug report, nothing of the document."""
    place = traceback.extract_tb(defect.__traceback__)[-1]
    file = place.filename.rpartition("/")[2]
    return (
        f"a defect of the program: {type(defect).__name__} in {file}:{place.lineno};"
        " please report it together with the feed's address"
    )
