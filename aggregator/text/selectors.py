"""CSS selectors: parts of a publisher's markup taken out, by class, id and whatever else is there.

It works on what the publisher wrote, before `aggregator.text.html` makes it safe: classes and ids
are gone afterwards. What comes out is as unsafe as what went in. The only door to lxml's HTML
parser and to cssselect.
"""

import re
from functools import lru_cache
from typing import Final

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from lxml import html as lxml_html

from aggregator.text.characters import allowed
from aggregator.text.markup import escaped
from aggregator.text.taming import tame

_CACHED: Final = 256  # selectors
# A page's own frame, where a publisher sends whole pages: its end would end ours.
_FRAME: Final = re.compile(r"</?(?:html|body)(?![\w-])[^<>]*>", re.IGNORECASE)
_SMALL: Final = "<p>An article</p>"


def check(selector: str) -> None:
    """Check what an operator wrote.

    Raises:
        ValueError: a sentence about what is wrong with it.
    """
    strip(_SMALL, (selector,))


def strip(html: str, selectors: tuple[str, ...]) -> str:
    """Return a fragment without the elements that one of the selectors names.

    Selectors see the fragment as the content of `<body>`. The text after an element stays. A
    fragment in which nothing is named comes back as it was, byte for byte.

    Args:
        html: a publisher's, of any quality.
        selectors: CSS, level 3.

    Raises:
        ValueError: a selector is wrong.
    """
    paths = tuple(map(_path, selectors))
    body = _body(html)
    named = [one for path in paths for one in _named(body, path)] if body is not None else []
    if body is None or not named:
        return html
    for element in named:
        if element is not body and element.getparent() is not None:
            element.drop_tree()
    parts = (lxml_html.tostring(child, encoding="unicode") for child in body)
    return escaped(body.text or "") + "".join(parts)


@lru_cache(_CACHED)
def _path(selector: str) -> etree.XPath:
    try:
        return etree.XPath(HTMLTranslator().css_to_xpath(selector, prefix="descendant-or-self::"))
    except SelectorError as error:
        raise ValueError(f"the selector cannot be used: {error}") from None
    except etree.XPathError as error:
        raise ValueError(f"the selector cannot be used: {error}") from None


def _body(html: str) -> lxml_html.HtmlElement | None:
    parser = lxml_html.HTMLParser(recover=True, remove_comments=True, remove_pis=True)
    inner = tame(allowed(_FRAME.sub("", html)))
    page = f"<html><body>{inner}</body></html>"
    try:
        return lxml_html.document_fromstring(page, parser=parser).find("body")
    except etree.ParserError:  # nothing is left of it
        return None


def _named(body: lxml_html.HtmlElement, path: etree.XPath) -> list[lxml_html.HtmlElement]:
    try:
        found = path(body)
    except etree.XPathError as error:
        raise ValueError(f"the selector cannot be used: {error}") from None
    return [one for one in found if isinstance(one, lxml_html.HtmlElement)]
