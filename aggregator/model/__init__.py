"""The nouns of the journey, in the order in which they appear on it.

    Source, Feed, FeedState  --fetch-->  Fetched | NotModified
    Fetched  --grammar-->  ParsedFeed (ParsedEntry ...)      what the publisher wrote, untrusted
    ParsedEntry  --normalize-->  Entry                       what we would put our name to
    Entry + Known  --judge-->  Change (Verdict)  -->  Visit  what a visit found, recorded whole
    Published  --editions-->  Page  --atom-->  Document      what subscribers get

The files, in that order: `configured`, `gathered`, `judged`, `published`; `site` has what the
pages of the site show.

All are frozen values without behavior of their own beyond small derivations. Every datetime is
aware; a publisher's offset travels in its tzinfo. Foreign shapes (feedparser dicts, YAML nodes,
rows, httpx objects) never get in here.
"""

from aggregator.model.configured import (
    Edition,
    Extent,
    Feed,
    Images,
    Listen,
    Rights,
    Site,
    Source,
)
from aggregator.model.gathered import (
    Alternate,
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
from aggregator.model.published import (
    AtomId,
    Document,
    Item,
    Page,
    Picture,
    Published,
    Series,
    SeriesKind,
    SeriesName,
    Withdrawal,
)
from aggregator.model.site import (
    Article,
    Bot,
    Counterpart,
    Frame,
    Home,
    Listing,
    ListKind,
    Month,
    OperatorPage,
    Search,
    Shelf,
    SitemapEntry,
)

__all__ = [
    "Alternate",
    "Article",
    "AtomId",
    "Bot",
    "Change",
    "ChangeKind",
    "Counterpart",
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
    "Frame",
    "Home",
    "Html",
    "Identified",
    "Identity",
    "Images",
    "Item",
    "Known",
    "ListKind",
    "Listen",
    "Listing",
    "Month",
    "NotModified",
    "OperatorPage",
    "Origin",
    "Outcome",
    "Page",
    "ParsedEntry",
    "ParsedFeed",
    "Person",
    "Picture",
    "Published",
    "Rights",
    "Ruling",
    "Search",
    "Series",
    "SeriesKind",
    "SeriesName",
    "Shelf",
    "Site",
    "SitemapEntry",
    "Source",
    "Text",
    "Validators",
    "Verdict",
    "Visit",
    "Withdrawal",
]
