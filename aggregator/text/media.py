"""Images and embeds of publishers: which file is really meant, and which are only counters.

Everything here takes the attributes of one element, as written, and answers with addresses
that are absolute; the walk through the markup is `aggregator.text.markup`'s.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from aggregator.text.characters import clean_text
from aggregator.text.urls import absolute

Attributes = dict[str, str]

# Where lazy loaders put the address until a script moves it to `src`, most certain first, with
# who writes it. Readers of feeds run no scripts.
LAZY_SRC = {
    "data-lazy-src": "WP Rocket, Jetpack, a3 Lazy Load",
    "data-src": "lazysizes, Lozad, vanilla-lazyload, Smush, LiteSpeed",
    "data-original": "jQuery Lazy Load",
    "data-original-src": "Goodreads and others, found in recorded feeds",
    "data-orig-src": "Avada (Fusion Builder)",
    "nitro-lazy-src": "NitroPack",
    "data-pagespeed-lazy-src": "mod_pagespeed",
    "data-cfsrc": "Cloudflare Mirage",
    "data-echo": "Echo.js",
}
LAZY_SRCSET = {
    "data-lazy-srcset": "WP Rocket, Jetpack, a3 Lazy Load",
    "data-srcset": "lazysizes, Lozad, vanilla-lazyload, Smush",
    "data-original-set": "LazyLoad XT",
    "nitro-lazy-srcset": "NitroPack",
}
# The full-size file beside a usable `src`: only where there is no other.
LARGE_SRC = {
    "data-large-file": "WordPress.com, Jetpack carousel",
    "data-orig-file": "WordPress.com, Jetpack carousel",
    "data-full-url": "WordPress gallery block",
    "data-hi-res-src": "Drupal and others",
}

# Files that hold an image's place; the last segment of the path.
_PLACEHOLDER = re.compile(
    r"(?:(?:blank|empty|spacer|clear|trans(?:parent)?|pixel|dot|1x1|1px|gr[ae]y|white|loading|loader"
    r"|lazy|lazy[-_]?load(?:er|ing)?|(?:lazy[-_]?)?placeholder|image[-_]?placeholder"
    r"|default[-_]?placeholder|ajax-loader)(?:[-_.]\d+x\d+)?\.(?:gif|png|svg|jpe?g|webp))",
    re.IGNORECASE,
)
# Hosts, with the start of the path, whose images count readers or are share buttons.
_TRACKERS = {
    "doubleclick.net": ("", "Google Ad Manager"),
    "google-analytics.com": ("", "Google Analytics"),
    "googletagmanager.com": ("", "Google Tag Manager, in a noscript iframe"),
    "feedproxy.google.com": ("~", "FeedBurner"),
    "feeds.feedburner.com": ("~", "FeedBurner: ~r is the counter, ~ff the share icons"),
    "feedsportal.com": ("", "Mediafed share icons and counters"),
    "pheedo.com": ("", "Pheedo advertising in feeds"),
    "feeds.feedblitz.com": ("~", "FeedBlitz share icons"),
    "pixel.wp.com": ("", "WordPress.com Stats"),
    "stats.wordpress.com": ("", "WordPress.com Stats"),
    "feeds.wordpress.com": ("1.0/", "WordPress.com share icons"),
    "facebook.com": ("tr", "Meta pixel"),
    "scorecardresearch.com": ("", "Comscore"),
    "quantserve.com": ("", "Quantcast"),
    "statcounter.com": ("", "StatCounter"),
    "mc.yandex.ru": ("", "Yandex Metrica"),
    "counter.yadro.ru": ("", "LiveInternet"),
    "counter.theconversation.com": ("", "The Conversation's republishing counter"),
    "pixel.propublica.org": ("", "ProPublica's republishing counter"),
    "rss.buysellads.com": ("", "BuySellAds"),
}
# Emoji turned into images 72 pixels wide; their `alt` is the character.
_EMOJI = re.compile(
    r"https?://(?:s\.w\.org/images/core/emoji/|s[0-2]?\.wp\.com/wp-content/mu-plugins/wpcom-smileys/"
    r"|static\.xx\.fbcdn\.net/images/emoji\.php/|abs(?:-0)?\.twimg\.com/emoji/)"
)
# Players that refuse to run outside of their frame (YouTube: error 153), and their pages.
_PLAYERS = (
    (
        re.compile(r"https://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{11})(?:[?#].*)?"),
        r"https://www.youtube.com/watch?v=\1",
    ),
    (re.compile(r"https://player\.vimeo\.com/video/(\d+)(?:[?#].*)?"), r"https://vimeo.com/\1"),
)

_CANDIDATE = re.compile(r"[\s,]*+([^\s,]\S*+)(?:\s++([^,]*+))?")
_DESCRIPTOR = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)([wx])(?:\s+\d+h)?")
_SIZES = re.compile(r"[\w\s().,:%+*/<>=-]{1,400}")
_CANDIDATES = 40
_WIDE_ENOUGH = 1600  # pixels: more is for printing


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image that can be shown: the attributes it is to have, `src` always among them."""

    attributes: Attributes
    lazy: bool = False  # a loader's attribute was needed to find it
    emoji: str = ""  # the character to write instead


class Candidates(NamedTuple):
    """A usable `srcset`."""

    text: str
    best: str  # the address for a single `src`
    by_width: bool  # it has width descriptors, which require `sizes`


class _Candidate(NamedTuple):
    url: str
    size: float  # pixels, known or assumed
    written: str  # the descriptor


def image(attributes: Attributes, base: str | None, *, spare: str | None = None) -> Image | None:
    """Find what an `img` shows, or None: no usable address, a placeholder or a counter.

    Args:
        attributes: those of the element.
        base: what its addresses are relative to.
        spare: an address to use where it has none itself (of the picture around it).
    """
    lazy = _first(attributes, LAZY_SRC, base)
    found = srcset(attributes, base)
    src = lazy or _usable(attributes.get("src"), base) or (found and found.best) or spare
    src = src or _first(attributes, LARGE_SRC, base)
    if src is None or counts_readers(src) or _tiny(attributes):
        return None
    alt = clean_text(attributes.get("alt", ""))
    if alt and _EMOJI.match(src):
        return Image(attributes={"src": src, "alt": alt}, emoji=alt)
    shown = {"src": src, "alt": alt}
    if found:
        shown |= _responsive(found, attributes)
    for name in ("width", "height"):
        if (size := pixels(attributes.get(name))) is not None:
            shown[name] = str(size)
    return Image(attributes=shown, lazy=lazy is not None)


def source(attributes: Attributes, base: str | None) -> tuple[Attributes, str] | None:
    """A picture's `source`: the attributes it is to have and its best address, or None."""
    found = srcset(attributes, base)
    if found is None:
        return None
    shown = _responsive(found, attributes)
    for name in ("type", "media"):
        if _SIZES.fullmatch(attributes.get(name, "")):
            shown[name] = attributes[name]
    return shown, found.best


def srcset(attributes: Attributes, base: str | None) -> Candidates | None:
    """The set of candidates of an `img` or `source`.

    None unless every candidate can be resolved: half a set shows broken images on some screens.
    """
    for name in (*LAZY_SRCSET, "srcset"):
        if name in attributes and (found := _candidates(attributes[name], base)):
            best = max(found, key=lambda c: (c.size <= _WIDE_ENOUGH, -abs(c.size - _WIDE_ENOUGH)))
            return Candidates(
                text=", ".join(f"{c.url} {c.written}".rstrip() for c in found),
                best=best.url,
                by_width=any("w" in c.written for c in found),
            )
    return None


def _candidates(text: str, base: str | None) -> list[_Candidate]:
    """Read as html.spec.whatwg.org 4.8.4.2.1 does: an address may contain commas, not end so."""
    found: list[_Candidate] = []
    position = 0
    while match := _CANDIDATE.match(text, position):
        address, written = match[1], (match[2] or "").strip()
        position = match.end()
        if address.endswith(","):  # no descriptor: what was read as one is the next candidate
            address, written = address.rstrip(","), ""
            position = match.end(1)
        size = _DESCRIPTOR.fullmatch(written or "1x")
        url = _usable(address, base)
        if size is None or url is None or len(found) == _CANDIDATES:
            return []
        # "2x" of an unknown size counts as twice the width that layouts usually have.
        width = float(size[1]) * (1 if size[2] == "w" else 800)
        found.append(_Candidate(url, width, written))
    return found


def _responsive(found: Candidates, attributes: Attributes) -> Attributes:
    """`srcset`, and the `sizes` that width descriptors require."""
    if not found.by_width:
        return {"srcset": found.text}
    # "auto" is only valid on images that a browser loads lazily.
    sizes = re.sub(r"^auto\s*(?:,\s*|$)", "", clean_text(attributes.get("sizes", "")))
    return {"srcset": found.text, "sizes": sizes if _SIZES.fullmatch(sizes) else "100vw"}


def embed(attributes: Attributes, base: str | None) -> tuple[str, str] | None:
    """Address and words of the link that stands for an `iframe`, or None.

    Its title, else its address without the scheme: neither needs a translation.
    """
    written = next((attributes[n] for n in (*LAZY_SRC, "src") if attributes.get(n)), "").strip()
    url = absolute("https:" + written if written.startswith("//") else written, base)
    if url is None or not url.startswith("https:") or counts_readers(url) or _tiny(attributes):
        return None
    if "/embed/#?secret=" in url:  # WordPress: the quotation before it links to that page already
        return None
    for player, page in _PLAYERS:
        url = player.sub(page, url) if player.fullmatch(url) else url
    return url, clean_text(attributes.get("title", "")) or url.removeprefix("https://").rstrip("/")


def media_file(attributes: Attributes, name: str, base: str | None) -> str | None:
    """The address of a player's file: `src` or `poster`."""
    return _usable(attributes.get(name) or attributes.get(f"data-{name}"), base)


def pixels(written: str | None) -> int | None:
    """A width or height in pixels; None where none is given or it is of another unit."""
    match = re.fullmatch(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*", written or "", re.ASCII)
    return int(match[1]) if match else None


def _tiny(attributes: Attributes) -> bool:
    """Whether it is a pixel wide or high, or hidden: a counter or a spacer."""
    sizes = [pixels(attributes.get(name)) for name in ("width", "height")]
    return any(size is not None and size < 2 for size in sizes)


def counts_readers(url: str) -> bool:
    """Whether the address belongs to a service that counts readers or shows share buttons."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path.lstrip("/")
    while host:
        if host in _TRACKERS and path.startswith(_TRACKERS[host][0]):
            return True
        host = host.partition(".")[2]
    return False


def _first(attributes: Attributes, names: dict[str, str], base: str | None) -> str | None:
    return next((url for name in names if (url := _usable(attributes.get(name), base))), None)


def _usable(written: str | None, base: str | None) -> str | None:
    """An absolute address that is not a placeholder's."""
    url = absolute(written, base)
    if url is None or _PLACEHOLDER.fullmatch(urlsplit(url).path.rpartition("/")[2]):
        return None
    return url
