"""Where every page of the site is. Pure.

A page has a document's path below the published root and an address on the site; the path of a
folder's page ends in `index.html`, its address in `/`, so that any web server shows it.
"""

from urllib.parse import urlencode, urlsplit

from aggregator.model import OperatorPage, Site

FRONT = "index.html"
BOT = "bot/index.html"
NOT_FOUND = "404.html"
GONE = "410.html"
SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
OPML = "feeds.opml"

FEEDS = (
    ("atom.xml", "application/atom+xml", "Atom"),
    ("rss20.xml", "application/rss+xml", "RSS"),
    ("feed.json", "application/feed+json", "JSON Feed"),
)
"""The formats of every feed: file, media type, what people call it."""


def home(tag: str) -> str:
    """An edition's home page."""
    return f"{tag}/index.html"


def article(tag: str, slug: str) -> str:
    """An article's page; the slug is its number, or made of a-z, 0-9 and "-"."""
    return f"{tag}/articles/{slug}.html"


def articles(tag: str) -> str:
    """The page that leads to an edition's sources, categories and languages."""
    return f"{tag}/articles/index.html"


def page(tag: str, number: int) -> str:
    """A page of all of an edition's articles."""
    return f"{tag}/page/{number}.html"


def source(tag: str, source_id: str, number: int = 1) -> str:
    """A page of the articles of one source."""
    return _numbered(f"{tag}/source/{source_id}", number)


def category(tag: str, slug: str, number: int = 1) -> str:
    """A page of the articles of one category."""
    return _numbered(f"{tag}/category/{slug}", number)


def language(tag: str, code: str, number: int = 1) -> str:
    """A page of the articles in one of an edition's languages, by the program's code."""
    return _numbered(f"{tag}/language/{code}", number)


def archive(tag: str) -> str:
    """The years and months of an edition."""
    return f"{tag}/archive/index.html"


def year(tag: str, year: int) -> str:
    """The months of one year."""
    return f"{tag}/archive/{year:04}/index.html"


def month(tag: str, year: int, month: int, number: int = 1) -> str:
    """A page of the articles of one month."""
    return _numbered(f"{tag}/archive/{year:04}/{month:02}", number)


def search(tag: str, query: str = "", number: int = 1) -> str:
    """What answers a search in an edition, and asks it where `query` is given; never a file."""
    asked = {"q": query} if query else {}
    if number > 1:
        asked["page"] = str(number)
    # What cannot be UTF-8 becomes a question mark, which no word has.
    return f"{tag}/search?{urlencode(asked, errors='replace')}" if asked else f"{tag}/search"


def operator_page(tag: str, name: OperatorPage) -> str:
    """A page that the operator wrote."""
    return f"{tag}/{name}.html"


def takedowns(tag: str) -> str:
    """The public log of what was withdrawn."""
    return f"{tag}/takedowns/index.html"


def bot(tag: str) -> str:
    """The page for publishers in an edition's language; `BOT` is the one that we name to them."""
    return f"{tag}/bot.html"


def _numbered(folder: str, number: int) -> str:
    return f"{folder}/index.html" if number == 1 else f"{folder}/page/{number}.html"


def root(site: Site) -> str:
    """The path that every address on the site begins with: "" but for a site in a folder."""
    return urlsplit(site.url).path.rstrip("/")


def address(base: str, path: str) -> str:
    """The address of a document: below `root(site)` for links, `site.url` for whole ones."""
    return f"{base}/{path if '?' in path else path.removesuffix('index.html')}"
