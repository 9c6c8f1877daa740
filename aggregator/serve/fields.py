"""What an answer says of itself: media type, caching, security, Link. Pure.

Tables, first match wins. A feed's type is read from its root element and not from its name: the
tree may hold feeds by source, by category, archives, whatever they are called.
"""

import re
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

Fields = list[tuple[bytes, bytes]]

ATOM: Final = "application/atom+xml"  # RFC 4287 section 7
RSS: Final = "application/rss+xml"
JSON_FEED: Final = "application/feed+json"  # jsonfeed.org/version/1.1
OPML: Final = "text/x-opml; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"

MEDIA_TYPES: Final = {
    "atom": ATOM,
    "avif": "image/avif",
    "css": "text/css; charset=utf-8",
    "gif": "image/gif",
    "gz": "application/gzip",
    "html": HTML,
    "ico": "image/vnd.microsoft.icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "m4a": "audio/mp4",
    "mjs": "text/javascript; charset=utf-8",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "opml": OPML,
    "opus": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "rss": RSS,
    "svg": "image/svg+xml",
    "txt": TEXT,
    "wasm": "application/wasm",
    "webm": "video/webm",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
    "woff2": "font/woff2",
    "xml": "application/xml",
}
_ANY: Final = "application/octet-stream"

FEEDS: Final = frozenset({ATOM, RSS, JSON_FEED})  # what a hub can distribute
_COMPRESSIBLE = re.compile(
    r"text/|application/(?:[a-z.-]+\+)?(?:xml|json)|image/svg|.*wasm|.*icon"
)

# The root element, after what may stand before it.
_ROOT = re.compile(rb"<(?![?!])(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_BEFORE_ROOT = re.compile(rb"<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ROOTS: Final = {b"feed": ATOM, b"rss": RSS, b"opml": OPML}
# A hub in Atom and RSS, in JSON Feed. Archives name none: nothing new ever comes of them.
_HUB = re.compile(rb'\srel="hub"|"hubs"\s*:')
HEAD: Final = 8192  # bytes that `media_type` and `is_topic` look at

# A name that carries a hash of what is in it never means other bytes. A letter is asked for,
# because eight digits are a date.
_FINGERPRINT = re.compile(r"(?:^|[./_-])(?=[0-9]*[a-f])[0-9a-f]{8,64}\.[a-z0-9]+$")

# Five minutes: what a poller may keep without asking. With must-revalidate no cache shows a feed
# or a page that was corrected or withdrawn because it could not reach us.
_SHORT: Final = b"public, max-age=300, must-revalidate"
# A hub asks right after the ping and hands on what it gets: no cache between us may answer it
# with the document from before (WebSub section 7).
_PUSHED: Final = b"public, max-age=300, s-maxage=0, must-revalidate"
_HOUR: Final = b"public, max-age=3600"
_YEAR: Final = b"public, max-age=31536000, immutable"  # RFC 8246
MISSING_CACHING: Final = b"public, max-age=60"
GONE_CACHING: Final = _HOUR

# The site needs no script; a search of its own may bring one. Nothing from anywhere else.
PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; "
    "script-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A feed or a picture that is opened by itself in a browser loads and runs nothing: Firefox runs
# scripts in XML and SVG documents.
_FILE_POLICY: Final = b"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_PERMISSIONS: Final = (
    b"accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    b"microphone=(), payment=(), usb=()"
)
NO_SNIFFING: Final = (b"x-content-type-options", b"nosniff")
_FOR_ANYBODY: Final = (b"access-control-allow-origin", b"*")
NO_RANGES: Final = (b"accept-ranges", b"none")
VARY: Final = (b"vary", b"Accept-Encoding")


def media_type(path: str, head: bytes) -> str:
    """Name what a file is, by its extension and, for XML and JSON, by how it begins."""
    named = MEDIA_TYPES.get(path.rpartition(".")[2].lower(), _ANY)
    if named == "application/xml":
        root = _ROOT.search(_BEFORE_ROOT.sub(b"", head))
        return _ROOTS.get(root[1], named) if root else named
    if named == "application/json" and b"https://jsonfeed.org/version/" in head:
        return JSON_FEED
    return named


def is_topic(head: bytes) -> bool:
    """Say whether a feed names a hub for itself: header and document shall not disagree."""
    return _HUB.search(head) is not None


def compressible(media: str) -> bool:
    """Say whether a coding makes it smaller."""
    return _COMPRESSIBLE.match(media) is not None


def http_date(seconds: float) -> bytes:
    """Write a time as RFC 9110 section 5.6.7 wants it."""
    return formatdate(int(seconds), usegmt=True).encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is the same for every answer of one application.

    Attributes:
        hubs: WebSub hubs that are told of new documents.
        site: the address that the root has for readers, without trailing slash; "" when unknown.
        page_policy: the Content-Security-Policy of HTML pages.
    """

    hubs: tuple[str, ...] = ()
    site: str = ""
    page_policy: str = PAGE_POLICY

    def caching(self, path: str, media: str) -> bytes:
        """Say how long a cache may keep a file."""
        if media in FEEDS and self.hubs:
            return _PUSHED
        if media in FEEDS or media in (HTML, OPML):
            return _SHORT
        return _YEAR if _FINGERPRINT.search(path) else _HOUR

    def security(self, media: str) -> Fields:
        """Say what a browser may do with an answer."""
        if media != HTML:
            return [NO_SNIFFING, (b"content-security-policy", _FILE_POLICY)]
        return [
            NO_SNIFFING,
            (b"content-security-policy", self.page_policy.encode("ascii")),
            (b"referrer-policy", b"strict-origin-when-cross-origin"),
            (b"permissions-policy", _PERMISSIONS),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]

    def sharing(self, path: str, media: str, head: bytes) -> Fields:
        """Let readers that run in a browser fetch feeds, and tell subscribers of the hubs.

        One `Link` with every hub and exactly one self (WebSub section 4).
        """
        if media not in FEEDS:
            return [_FOR_ANYBODY] if media == OPML else []
        if not (self.hubs and self.site and is_topic(head)):
            return [_FOR_ANYBODY]
        links = [f'<{hub}>; rel="hub"' for hub in self.hubs]
        links.append(f'<{self.site}/{path}>; rel="self"')
        return [_FOR_ANYBODY, (b"link", ", ".join(links).encode("utf-8"))]
