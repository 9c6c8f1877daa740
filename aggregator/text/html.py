"""HTML of publishers: made safe to republish, and read as text. The only maker of `Html`.

    sanitize   a publisher's body       -> Html
    from_plain a publisher's plain text -> Html
    plain      any fragment             -> lines of text
    text_of    a title or summary       -> one line of text

nh3 parses as browsers do and keeps an allow-list; `aggregator.text.markup` then settles what
needs more than one attribute at a time to decide. What comes out is valid inside a `<div>`, so
in Atom's type="html" (RFC 4287 section 3.1.1.2), asks for nothing but http(s), holds XML 1.0
characters only, and is a fixed point: sanitizing it again changes no byte.
"""

import re
from html import unescape
from html.entities import html5

import nh3

from aggregator.model import Html, Text
from aggregator.text.characters import allowed, clean_text
from aggregator.text.elements import ATTRIBUTES, BLOCK, EMBED, NOSCRIPT, TAGS, VANISHING
from aggregator.text.markup import Walk, escaped, quoted
from aggregator.text.taming import tame

__all__ = [
    "clean_text",
    "escape",
    "from_plain",
    "images",
    "paragraphs",
    "plain",
    "sanitize",
    "text_of",
    "unwrapped",
    "without_media",
]

_SANITIZER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(VANISHING),
    attributes=ATTRIBUTES,
    link_rel=None,  # the walk writes it, with the address
    url_schemes={"http", "https"},
)
_BREAKS = BLOCK | {"br"}
_READER = nh3.Cleaner(
    tags=set(_BREAKS),
    clean_content_tags=set(VANISHING) | {"audio", "object", "picture", "video"},
    attributes={},
)

# Their content would not be parsed as markup: html5ever takes scripts to be on.
_STAND_INS = {"noscript": NOSCRIPT, "iframe": EMBED, "amp-iframe": EMBED, "amp-img": "img"}
# XHTML in HTML: `<script src="x"/>` would swallow all that follows, `<b/>` embolden it.
_SELF_CLOSED = re.compile(
    r"<(a|audio|b|em|i|iframe|noscript|object|picture|script|strong|style|textarea|title|u|video)"
    r"((?:\s(?:[^<>]*?[\s\"'])?)?)/>",
    re.IGNORECASE,
)
_STOOD_FOR = re.compile(rf"<(/?)({'|'.join(_STAND_INS)})(?=[\s/>])", re.IGNORECASE)
# A body escaped once too often has no tag, but the text of tags, ends among them.
_ESCAPED_START = re.compile(
    r"&lt;(?:p|div|br|a|img|ul|ol|h[1-6]|blockquote|figure|span|strong|em)(?:\s|/?&gt;)",
    re.IGNORECASE,
)
_ESCAPED_END = re.compile(r"&lt;(?:/[a-z1-6]+|br ?/?)&gt;", re.IGNORECASE)
_ROUNDS = 4  # two settle every known case

# The paragraph that WordPress's Yoast SEO puts under every entry: our attribution replaces it.
# Its words before, between and after the links to post and site, as Yoast's translations have
# them (setting "rssafter"); "" where a link stands first or last.
_FOOTERS = (
    ("the post", "appeared first on", "."),
    ("the post", "first appeared on", "."),
    ("l'article", "est apparu en premier sur", "."),
    ("cet article", "est apparu en premier sur", "."),
    ("ظهرت المقالة", "أولاً على", "."),
    ("ظهرت المقالة", "أولا على", "."),
    ("", "yazısı ilk önce", "üzerinde ortaya çıktı."),
)
_FOOTER = re.compile(r"<p[^>]*>([^<]*)<a [^>]*>.*?</a>([^<]*)<a [^>]*>.*?</a>([^<]*)</p>$")
_FOOTER_REACH = 4000  # characters from the end

_TAG = re.compile(r"<(/?)([a-z][a-z0-9-]*)[^>]*>")
_CAPTION = re.compile(r"<figcaption\b.*?</figcaption>", re.DOTALL)
_IMG = re.compile(r'<img src="([^"]*)"')
_CELLS = frozenset({"td", "th"})

# Tags that publishers write into titles.
_TITLE_TAGS = (
    "a|abbr|b|bdi|big|br|cite|code|div|em|font|h[1-6]|i|img|mark|p|q|s|small|span|strong|sub|sup|u"
)
_NO_TAG = re.compile(rf"<(?!/?(?:{_TITLE_TAGS})\b[^<>]*>|!--)", re.IGNORECASE)
_SHOWN_TAGS = re.compile(rf"<(?:/(?:{_TITLE_TAGS})|br ?/?)>", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|([a-z][a-z0-9]{1,31}));", re.IGNORECASE)


def sanitize(html: str, *, base: str | None) -> Html:
    """Return a publisher's body as we may publish it.

    Elements and attributes of an allow-list; links, images, players and quotations' sources by
    absolute http(s) address or not at all; links without tracking parameters and with
    rel="noopener noreferrer nofollow ugc". Lazy images get their address, frames become links,
    counters and empty elements go, and so does WordPress's "appeared first on" paragraph. A
    body that was escaped twice, or still is in its CDATA marks, is unwrapped first.

    Args:
        html: what the publisher wrote, of any quality and size; time is linear in it.
        base: what its relative addresses are relative to; without one they are dropped.
    """
    for _ in range(_ROUNDS):
        walk = Walk(base)
        done = _without_footer(walk.through(_parsed(html, _SANITIZER)))
        if done == html or not (walk.unsettled or _escaped_twice(done)):
            break
        html = done
    return Html(done)


def unwrapped(html: str) -> str:
    """Return a publisher's body out of its CDATA marks; one that was escaped twice, unescaped."""
    html = html.strip()
    if html.startswith("<![CDATA["):
        html = html.removeprefix("<![CDATA[").removesuffix("]]>")
    return unescape(html) if _escaped_twice(html) else html


def _escaped_twice(html: str) -> bool:
    return "<" not in html and bool(_ESCAPED_START.search(html) and _ESCAPED_END.search(html))


def _parsed(html: str, cleaner: nh3.Cleaner) -> str:
    """Canonical markup of `html`: see `aggregator.text.markup`."""
    html = _SELF_CLOSED.sub(r"<\1\2></\1>", allowed(unwrapped(html)))
    html = _STOOD_FOR.sub(lambda m: f"<{m[1]}{_STAND_INS[m[2].lower()]}", html)
    return allowed(cleaner.clean(tame(html)))  # once more: references are decoded now


def _without_footer(markup: str) -> str:
    while footer := _FOOTER.match(markup, max(markup.rfind("<p", -_FOOTER_REACH), 0)):
        words = (clean_text(unescape(part)).lower().replace("’", "'") for part in footer.groups())
        if tuple(words) not in _FOOTERS:
            break
        markup = markup[: footer.start()].rstrip()  # and again: a copy of a copy has two
    return markup


def plain(html: str) -> str:
    """Return the text of a fragment, one line a block, none of them empty.

    Blocks and `<br>` end lines, table cells are set apart by a space, character references are
    decoded, and each line is as `clean_text` makes it. A fragment escaped twice is unwrapped
    as by `sanitize`.
    """
    if "<" not in html and "&" not in html:
        return clean_text(html)
    return _lines(_parsed(html, _READER))


def _lines(markup: str) -> str:
    """The lines of canonical markup."""
    # Within text a line break is a space like any other.
    parted = _TAG.sub(_break, markup.replace("\n", " "))
    lines = (clean_text(unescape(line)) for line in parted.split("\n"))
    return "\n".join(line for line in lines if line)


def _break(tag: re.Match[str]) -> str:
    return " " if tag[2] in _CELLS else "\n" if tag[2] in _BREAKS else ""


def text_of(text: Text) -> str:
    """Return a text construct as one clean line.

    HTML is read as HTML, except that a `<` that begins no tag known in titles is a character
    ("Inflation <5 %"). Plain text is taken literally. Two defects are so common in feeds that
    they are repaired in both: character references left after reading ("&amp;amp;" in HTML,
    "&#8217;" in plain text) are decoded once more, and then tags that readers would see
    as text ("<em>...</em>", told by the end tag) are read as markup.
    """
    line = _line(text.value) if text.html else clean_text(text.value)
    if any(m[1] is None or f"{m[1]};" in html5 for m in _REFERENCE.finditer(line)):
        line = clean_text(unescape(line))
    return _line(line) if _SHOWN_TAGS.search(line) else line


def _line(html: str) -> str:
    return plain(_NO_TAG.sub("&lt;", html)).replace("\n", " ")


def paragraphs(html: Html) -> tuple[str, ...]:
    """Return the text of a body by its blocks, without the captions of figures."""
    lines = _lines(_CAPTION.sub("", html))
    return tuple(lines.split("\n")) if lines else ()


def escape(text: str) -> Html:
    """Return plain text as content of an element or of an attribute in quotes."""
    return Html(quoted(allowed(text)).replace("'", "&#39;"))


def from_plain(text: str) -> Html:
    """Return a plain text body as HTML: blank lines part paragraphs, others are `<br>`."""
    blocks = re.split(r"\n\s*\n", allowed(text))
    written = (
        "<br>\n".join(
            escaped(cleaned) for line in block.split("\n") if (cleaned := clean_text(line))
        )
        for block in blocks
    )
    return Html("\n".join(f"<p>{block}</p>" for block in written if block))


def without_media(html: Html) -> Html:
    """Return a body without images, players, and what is empty then: figures with captions too."""
    return Html(Walk(None, with_media=False).through(html))


def images(html: Html) -> tuple[str, ...]:
    """Return the addresses of a body's images, in order, each once."""
    return tuple(dict.fromkeys(unescape(src) for src in _IMG.findall(html)))
