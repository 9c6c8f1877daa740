"""What is no feed, and which kind of no-feed: a sentence that tells the operator what to do.

Publishers' firewalls and log-ins answer with status 200 and a web page. The failure says which,
because the ways out differ: other address, a word with the publisher, an account.
"""

import re
from html import unescape

from aggregator.errors import FailureKind, SourceError
from aggregator.gather.feed.quote import printable
from aggregator.text import challenges, urls

_LOOK_AT = 300_000  # characters: pages say who they are early


# What other documents are, by their root element.
OTHER_ROOTS = {
    "urlset": "a sitemap",
    "sitemapindex": "an index of sitemaps",
    "opml": "an OPML list of feeds",
    "envelope": "a SOAP message",
    "error": "an error message of a file store",
    "entry": "a single Atom entry",
    "service": "an AtomPub service document",
    "opensearchdescription": "a description of a search",
    "rdf": "RDF without a channel or items",
    "svg": "a picture",
}

# What other files begin with. https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip file"),
)

# Elements that pages begin with when they lack <html>.
PAGE_ROOTS = frozenset(
    {"html", "head", "body", "title", "meta", "script", "style", "link", "div", "p", "br", "b"}
    | {"center", "table", "h1", "h2", "pre", "form"}
)

_TITLE = re.compile(r"<title[^>]*>([^<]{0,500})", re.IGNORECASE)
_FEED_LINK = re.compile(
    r"""<link\b(?=[^>]{0,500}application/(?:rss\+xml|atom\+xml|feed\+json))"""
    r"""[^>]{0,500}?\bhref\s*=\s*["']([^"'<>\s]{1,500})["']""",
    re.IGNORECASE,
)


def refusal(
    text: str, *, start: bytes, url: str, content_type: str, root: str = ""
) -> SourceError:
    """Say what a document is that is no feed.

    Args:
        text: the decoded document.
        start: its first bytes.
        url: where it came from, after redirects.
        content_type: the header as received.
        root: the local name of its first element, in lower case, where it has one.
    """
    text = text[:_LOOK_AT]
    if who := challenges.challenger(text):
        return SourceError(
            FailureKind.CHALLENGE_PAGE,
            f"a challenge page ({who}) came in place of a feed{_titled(text)}: the site asks for"
            " a browser; ask the publisher to let feed readers pass, or put another address in"
            " url:",
        )
    if root in PAGE_ROOTS or "html" in content_type.lower():
        return _page(text, url)
    if text[0] in "{[":
        return _json(text)
    if root:
        what = OTHER_ROOTS.get(root, "another kind of XML")
        return SourceError(
            FailureKind.NOT_A_FEED,
            f"the document is {what} (<{root}>), not an RSS, Atom or JSON feed; put the feed's"
            " address in url:",
        )
    found = next((what for magic, what in MAGIC if start.startswith(magic)), None)
    return SourceError(
        FailureKind.NOT_A_FEED,
        f"the document is {found or 'plain text'}, not an RSS, Atom or JSON feed"
        + ("" if found else f': it begins with "{printable(text, 60)}"')
        + "; put the feed's address in url:",
    )


def _page(text: str, url: str) -> SourceError:
    if challenges.is_login(text, url):
        return SourceError(
            FailureKind.LOGIN_PAGE,
            f"a log-in page came in place of a feed{_titled(text)}: the site asks for an account;"
            " put another address in url:",
        )
    links = (urls.absolute(unescape(link), url) for link in _FEED_LINK.findall(text))
    named = list(dict.fromkeys(link for link in links if link))[:3]
    advice = (
        f"the page names {'these feeds' if len(named) > 1 else 'this feed'},"
        f" put one in url: {printable(' '.join(named), 600)}"
        if named
        else "put the feed's address in url:"
    )
    return SourceError(
        FailureKind.WEB_PAGE, f"a web page came in place of a feed{_titled(text)}; {advice}"
    )


def _json(text: str) -> SourceError:
    keys = re.findall(r'"([\w.-]{1,40})"\s*:', text[:2_000])[:5]
    named = f" (with {', '.join(keys)})" if keys else ""
    return SourceError(
        FailureKind.NOT_A_FEED,
        f"the document is JSON{named}, but no JSON Feed: it wants a version of jsonfeed.org and"
        " items",
    )


def _titled(text: str) -> str:
    title = _TITLE.search(text)
    words = printable(unescape(title.group(1)), 80) if title else ""
    return f', titled "{words}"' if words else ""
