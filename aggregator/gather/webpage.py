"""One article's own page -> `ParsedFeed` with that one entry. Pure; runs in the bounded child.

What the page says of its article comes from JSON-LD, OpenGraph and meta elements
(`text.pagefacts`), its text from trafilatura: that finds the article among menus, advertisements
and comments. An article for subscribers keeps its text: headline and description alone are taken.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from lxml import etree, html

from aggregator.errors import FailureKind, SourceError
from aggregator.model import Enclosure, FeedMeta, Fetched, ParsedEntry, ParsedFeed, Text
from aggregator.text import challenges, dates, pagefacts, urls
from aggregator.text.characters import allowed, clean_text
from aggregator.text.html import escape, plain
from aggregator.text.pagefacts import PageFacts

LARGEST: Final = 4_000_000  # bytes; the longest of ordinary articles have 2,000,000 with scripts
LEAST: Final = 200  # letters that make a text where the page does not say that it is an article
_CLOSED: Final = 1_500  # letters; beside more than this, the offer of a subscription hides none
_DEEPEST: Final = 200  # elements in elements; what walks the tree calls itself for each
_LEADING: Final = 6  # blocks at the beginning of a text that may repeat title and byline
_BYLINE: Final = 120  # characters
_SHOWN: Final = 80  # characters of a page's title in a message

_META_CHARSET: Final = re.compile(
    rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?([\w:.-]{1,40})""", re.IGNORECASE
)
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([\w:.-]{1,40})""", re.IGNORECASE)
# Labels that web pages have (encoding.spec.whatwg.org/#names-and-labels); no other codec of
# Python's can be asked for by a document.
_LABEL: Final = re.compile(
    r"(?:windows|cp|x-cp)-?(?P<page>125\d|874)|iso-?8859-?(?P<part>\d{1,2})|"
    r"(?P<other>koi8-[ru]|big5|gbk|gb18030|shift_jis|euc-jp|euc-kr)",
    re.IGNORECASE,
)
_PLAIN_PAGE: Final = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|article|div|p)\b", re.IGNORECASE
)


def read(fetched: Fetched) -> ParsedFeed:
    """Read an article's page.

    Returns:
        A feed of one entry. Its `meta` says what the page says of its site; its `flaws` what the
        person who submits the article should know.

    Raises:
        SourceError: NOT_A_FEED for what is no web page, LOGIN_PAGE also for an article of which
            nothing but its address is free, CHALLENGE_PAGE, TOO_COSTLY, and WEB_PAGE for a page
            on which no article is found.
    """
    page = _page(fetched)
    facts = pagefacts.read(page, url=fetched.url, asked=fetched.robots)
    shown = _titled(facts)
    if who := challenges.challenger(page):
        raise SourceError(
            FailureKind.CHALLENGE_PAGE,
            f"{fetched.url}: a challenge page ({who}) came in place of the article{shown}: the"
            " site asks for a browser; ask the publisher to let programs pass",
        )
    body = _body(page, facts)
    letters = sum(map(str.isalpha, plain(body)))
    if challenges.is_login(page, fetched.url) and not facts.is_article:
        raise SourceError(
            FailureKind.LOGIN_PAGE,
            f"{fetched.url}: a log-in page came in place of the article{shown}: the site asks for"
            " an account",
        )
    closed = facts.is_closed or (facts.has_wall and letters < _CLOSED)
    if closed and not facts.description:
        raise SourceError(
            FailureKind.LOGIN_PAGE,
            f"{fetched.url}: the article{shown} is for subscribers, and the page describes it"
            " with no word that is free",
        )
    if not facts.title or (letters < LEAST and not (facts.is_article and facts.description)):
        raise SourceError(FailureKind.WEB_PAGE, _no_article(fetched.url, facts, letters))
    return _feed(fetched, facts, "" if closed else body, closed=closed)


# --- the page -------------------------------------------------------------------------------


def _page(fetched: Fetched) -> str:
    kind = fetched.content_type.partition(";")[0].strip().lower()
    is_page = "html" in kind or (not kind and _PLAIN_PAGE.search(fetched.body[:2_000]))
    if not is_page:
        raise SourceError(
            FailureKind.NOT_A_FEED,
            f"{fetched.url} is no web page but {kind or 'a document of no stated type'}; wanted:"
            " the address of an article's own page",
        )
    if len(fetched.body) > LARGEST:
        raise SourceError(
            FailureKind.TOO_COSTLY,
            f"{fetched.url} has {len(fetched.body):,} bytes; an article's page has {LARGEST:,} at"
            " most",
        )
    return allowed(_decoded(fetched))


def _decoded(fetched: Fetched) -> str:
    """Decode as browsers do, but that bytes which are valid UTF-8 are UTF-8, whatever is said."""
    body = fetched.body
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    said = [match[1] for match in (_CHARSET.search(fetched.content_type),) if match]
    said += [match[1].decode("ascii", "replace") for match in _META_CHARSET.finditer(body[:4_096])]
    for label in said:
        if found := _LABEL.fullmatch(label):
            part = {"1": "cp1252", "9": "cp1254"}.get(found["part"] or "")
            name = part or f"iso8859-{found['part']}" if found["part"] else found["other"]
            try:
                return body.decode(f"cp{found['page']}" if found["page"] else str(name), "replace")
            except LookupError:
                continue
    return body.decode("utf-8", "replace")


def _titled(facts: PageFacts) -> str:
    title = clean_text(facts.title or "")
    return f', titled "{title[:_SHOWN]}"' if title else ""


def _no_article(url: str, facts: PageFacts, letters: int) -> str:
    if urls.is_homepage(url):
        why = "it is a front page"
    elif not facts.title:
        why = "it has no title"
    else:
        why = f"{letters} letters of connected text were found on it"
    return (
        f"{url}: no article was found on the page{_titled(facts)}: {why}; wanted: the address of"
        " one article's own page, whose text is there without JavaScript"
    )


# --- the text -------------------------------------------------------------------------------


def _body(page: str, facts: PageFacts) -> str:
    """Find the article's text: HTML, not sanitized yet."""
    found = _extracted(page)
    # What the software wrote for search engines, where the page's own text was not found;
    # trafilatura gives it too, as one paragraph.
    lines = tuple(filter(None, map(clean_text, (facts.text or "").split("\n"))))
    if found is not None:
        blocks = tuple(map(_written, _own(found, facts)))
        if not (len(blocks) == 1 < len(lines)) and len("".join(blocks)) * 2 >= len("".join(lines)):
            return "".join(blocks)
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def _extracted(page: str) -> etree._Element | None:
    import trafilatura  # noqa: PLC0415 - takes a third of a second, and is needed for pages alone

    tree = _shallow(page)
    if tree is None:
        return None
    written = trafilatura.extract(
        tree,
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_links=True,
        include_tables=True,
        max_tree_size=None,
    )
    if not written:
        return None
    return html.document_fromstring(written).find("body")


def _shallow(page: str) -> html.HtmlElement | None:
    """The page as a tree in which nothing is too deep for functions that call themselves."""
    try:
        tree = html.document_fromstring(page, parser=html.HTMLParser(remove_pis=True))
    except (etree.ParserError, ValueError):
        return None
    depth = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth > _DEEPEST:
            for child in list(element):
                element.remove(child)
    return tree


def _own(body: etree._Element, facts: PageFacts) -> Iterator[etree._Element]:
    """Leave out what repeats title, description, byline and date before the text begins."""
    said = {_folded(text) for text in (facts.title, facts.description) if text}
    names = tuple(_folded(person.name) for person in facts.authors)
    before = True
    for number, block in enumerate(_unfolded(body)):
        text = clean_text("".join(block.itertext()))
        if before and number < _LEADING and _is_repeated(text, said, names):
            continue
        before = False
        yield block


def _unfolded(body: etree._Element) -> Iterator[etree._Element]:
    """Take the article out of tables that old software lays pages out with."""
    for block in body:
        cells = list(block.iter("td", "th")) if block.tag == "table" else []
        if any(cell.find("p") is not None for cell in cells):
            yield from max(cells, key=lambda cell: len("".join(cell.itertext())))
        else:
            yield block


def _is_repeated(text: str, said: set[str], names: tuple[str, ...]) -> bool:
    folded = _folded(text)
    if not folded or folded in said:
        return True
    if len(text) > _BYLINE:
        return False
    if text.endswith((":", "-")):  # a label whose value was left out
        return True
    return any(name and folded.endswith(name) for name in names) or dates.parse(text) is not None


def _folded(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _written(block: etree._Element) -> str:
    block.tail = None
    return etree.tostring(block, encoding="unicode", method="html")


# --- the entry ------------------------------------------------------------------------------


def _feed(fetched: Fetched, facts: PageFacts, body: str, *, closed: bool) -> ParsedFeed:
    url = fetched.url
    link = _link(url, facts)
    home = _home(link, facts)
    image = urls.absolute(facts.image, url)
    entry = ParsedEntry(
        link=link,
        title=_text(facts.title, url),
        summary=_text(facts.description, url),
        contents=(Text(value=body, base=url),) if body else (),
        published=facts.published,
        updated=facts.modified,
        authors=facts.authors,
        categories=facts.categories,
        rights=facts.rights,
        license=urls.absolute(facts.license, url),
        language=(facts.language or fetched.content_language or "").replace("_", "-") or None,
        enclosures=(Enclosure(url=image, medium="image"),) if image else (),
        alternates=facts.alternates,
        robots=facts.robots,
    )
    return ParsedFeed(
        format="webpage",
        meta=FeedMeta(id=home, title=facts.site_name, link=home, language=entry.language),
        entries=(entry,),
        flaws=(*facts.flaws, *_notes(link, facts, body, closed=closed)),
    )


def _text(written: str | None, base: str) -> Text | None:
    """A text of an attribute or of JSON: plain, but for references that were escaped twice."""
    return Text(value=written, html=False, base=base) if written else None


def _link(url: str, facts: PageFacts) -> str:
    """The page's address as the page itself gives it, if it speaks for its own site."""
    said = urls.absolute(facts.canonical, url)
    if said is None or urls.is_homepage(said) or _domain(said) != _domain(url):
        return urls.without_tracking(url)
    return said


def _home(link: str, facts: PageFacts) -> str:
    said = urls.absolute(facts.home, link)
    if said is not None and _domain(said) == _domain(link):
        return said
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}/"


def _domain(url: str) -> str:
    return urls.registrable_domain(urlsplit(url).hostname or "")


def _notes(link: str, facts: PageFacts, body: str, *, closed: bool) -> Iterator[str]:
    """What the person who submits the article should know."""
    said = urls.absolute(facts.canonical, link)
    if said is not None and _domain(said) != _domain(link):
        yield f"the page names {said} as the article's own address, at another outlet"
    if closed:
        yield "the text is for subscribers: only title and description are taken"
    elif not body:
        yield "no text was found on the page: only title and description are taken"
    if facts.is_live:
        yield "a live blog: its text goes on growing, and it is not read again"
