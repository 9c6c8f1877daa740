"""An operator's Markdown -> the safe HTML of a page. Pure.

HTML in the Markdown is shown as text, not read; what comes out is sanitized like a publisher's
body all the same. Links keep to the operator's words: no `nofollow`, and `mailto:` is allowed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from aggregator.model import Html, Site
from aggregator.syndicate.site.addresses import root
from aggregator.syndicate.site.body import headings_in_order, is_ours, without_foreign_files
from aggregator.text.html import escape, plain, sanitize

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")

# The sanitizer knows http(s) alone: a mail address goes through it in the name of a host that
# cannot exist (RFC 2606 section 2).
_MAIL = "https://mail.invalid/"
_LINK = re.compile(r'<a href="([^"]*)" rel="[^"]*">')
_IMAGE = re.compile(r'<img src="([^"]*)"[^>]*>')
_TITLE = re.compile(r"\s*<h1>(.*?)</h1>", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """A page of the operator's."""

    title: str  # its first line, where that is a heading of the first level; else ""
    html: Html


def prose(markdown: str, *, site: Site, address: str) -> Prose:
    """Read Markdown.

    Args:
        markdown: CommonMark and tables.
        site: links to it are written without its host, and files come from it alone.
        address: the page's own whole address: what relative links are relative to.
    """
    tokens = _MARKDOWN.parse(markdown)
    _hide_mail(tokens)
    html = sanitize(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}), base=address)
    title = ""
    if found := _TITLE.match(html):
        title, html = plain(found[1]), Html(html[found.end() :].lstrip())
    base = root(site)

    def link(found: re.Match[str]) -> str:
        target = unescape(found[1])
        if target.startswith(_MAIL):
            target = "mailto:" + unquote(target.removeprefix(_MAIL))
        elif target == site.url or target.startswith(f"{site.url}/"):
            target = base + target.removeprefix(site.url) or "/"
        return f'<a href="{escape(target)}">'

    # An operator's picture of a third party goes alone: the others are still their own.
    html = Html(_IMAGE.sub(lambda one: one[0] if is_ours(one[1], site) else "", html))
    html = Html(_LINK.sub(link, without_foreign_files(html, site)))
    return Prose(title=title, html=headings_in_order(html))


def _hide_mail(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type == "link_open":
            target = str(token.attrGet("href") or "")
            if target.startswith("mailto:"):
                token.attrSet("href", _MAIL + quote(target.removeprefix("mailto:"), safe="@."))
        if token.children:
            _hide_mail(token.children)
