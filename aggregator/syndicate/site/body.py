"""The text of an article as our page shows it. Pure.

An `Item` is already cut to its rights and its body is sanitized; what is left is to fit the body
into a page: its headings below ours, no file from anywhere but our own site.
"""

import re

from aggregator.model import Html, Site
from aggregator.syndicate.site.addresses import root
from aggregator.text.html import without_media

_HEADING = re.compile(r"<(/?)h([1-6])(?=[\s>])")
_MEDIA = re.compile(r"<(?:audio|img|picture|source|video)\b[^>]*>")
_FILE = re.compile(r'\s(?:src|poster)="([^"]*)"')
_FIRST = 2  # the page's title is its only h1


def headings_in_order(html: Html) -> Html:
    """Let the headings of a text begin below the page's title and skip no level."""
    if "<h" not in html:
        return html
    levels = [int(found[2]) for found in _HEADING.finditer(html) if not found[1]]
    if not levels:
        return html
    shift, last, written = _FIRST - min(levels), _FIRST - 1, _FIRST

    def renamed(found: re.Match[str]) -> str:
        nonlocal last, written
        if not found[1]:
            written = last = min(int(found[2]) + shift, last + 1)
        return f"<{found[1]}h{written}"

    return Html(_HEADING.sub(renamed, html))


def without_foreign_files(html: Html, site: Site) -> Html:
    """Drop what would load from a third party; write our own files' addresses without the host.

    A body holds copies of ours or a publisher's files, by the source's rights, never both: one
    foreign file means that none is a copy.
    """
    files = [file for tag in _MEDIA.findall(html) for file in _FILE.findall(tag)]
    if not files and "<picture" not in html and "<video" not in html and "<audio" not in html:
        return html
    if "srcset=" in html or not files or not all(is_ours(file, site) for file in files):
        return without_media(html)
    base = root(site)
    return Html(
        _MEDIA.sub(lambda tag: tag[0].replace(f'="{site.url}/', f'="{base}/'), html),
    )


def is_ours(address: str, site: Site) -> bool:
    """Whether a file is served by our own site."""
    return address.startswith(f"{site.url}/")
