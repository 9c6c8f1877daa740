"""The nouns of the journey, in the order in which they appear on it.

    Source, Feed, FeedState  --fetch-->  Fetched | NotModified
    Fetched  --grammar-->  ParsedFeed (ParsedEntry ...)      what the publisher wrote, untrusted
    ParsedEntry  --normalize-->  Entry                       what we would put our name to
    Entry + Known  --judge-->  Change (Verdict)  -->  Visit  what a visit found, recorded whole
    Published  --editions-->  Page  --atom-->  Document      what subscribers get

The files, in that order: `configured`, `gathered`, `judged`, `published`.

All are frozen values without behavior of their own beyond small derivations. Every datetime is
aware; a publisher's offset travels in its tzinfo. Foreign shapes (feedparser dicts, YAML nodes,
rows, httpx objects) never get in here.
"""

from aggregator.model.configured import Edition, Extent, Feed, Images, Rights, Site, Source
from aggregator.model.gathered import (
    Enclosure,
    Entry,
    EntryKey,
    Failure,
    FeedMeta,
    FeedState,
    Fetched,
    Html,
    Identified,
    Identity,
    NotModified,
    Origin,
    ParsedEntry,
    ParsedFeed,
    Person,
    Text,
    Validators,
)
from aggregator.model.judged import (
    Change,
    ChangeKind,
    Known,
    Outcome,
    Ruling,
    Verdict,
    Visit,
)
from aggregator.model.published import AtomId, Document, Item, Page, Published

__all__ = [
    "AtomId",
    "Change",
    "ChangeKind",
    "Document",
    "Edition",
    "Enclosure",
    "Entry",
    "EntryKey",
    "Extent",
    "Failure",
    "Feed",
    "FeedMeta",
    "FeedState",
    "Fetched",
    "Html",
    "Identified",
    "Identity",
    "Images",
    "Item",
    "Known",
    "NotModified",
    "Origin",
    "Outcome",
    "Page",
    "ParsedEntry",
    "ParsedFeed",
    "Person",
    "Published",
    "Rights",
    "Ruling",
    "Site",
    "Source",
    "Text",
    "Validators",
    "Verdict",
    "Visit",
]
