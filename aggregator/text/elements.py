"""What markup may leave this program: elements, attributes, values.

What is not named here does not get out. Elements that are neither kept nor vanish leave their
content behind.
"""

import re

from aggregator.text import media

# Stand-ins for elements whose content the parser would not read as markup. They go through nh3
# under these names and never out of the walk.
NOSCRIPT = "x-noscript"
EMBED = "x-embed"


def names(*lines: str) -> frozenset[str]:
    """A set of names written with spaces between them."""
    return frozenset(" ".join(lines).split())


# Elements that stay. Not `bdo`, which overrides the direction of letters; `bdi` isolates it.
INLINE = names(
    "a abbr acronym b bdi big br cite code data del dfn em i ins kbd mark q rp rt ruby s samp",
    "small span strike strong sub sup time tt u var wbr",
)
BLOCK = names(
    "address article aside blockquote caption center col colgroup dd details dir div dl dt",
    "figcaption figure footer h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre",
    "section summary table tbody td tfoot th thead tr ul",
)
# Obsolete ones, and those that only a whole page may have.
RENAMED = {
    "acronym": "abbr", "article": "div", "big": "", "center": "div", "data": "", "dir": "ul",
    "footer": "div", "header": "div", "hgroup": "div", "main": "div", "menu": "ul", "nav": "div",
    "strike": "s", "tt": "code", NOSCRIPT: "", EMBED: "",
}  # fmt: skip
TAGS = INLINE | BLOCK | names("audio img picture source video") | {NOSCRIPT, EMBED}

# Elements that vanish with their content.
VANISHING = names(
    "applet button canvas datalist dialog form head input map math noembed noframes option script",
    "select style svg template textarea title xmp",
)

SIZED = {"width", "height"}
PLAYED = {"src", "data-src", *SIZED}
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "del": {"cite", "datetime"},
    "ins": {"cite", "datetime"},
    "time": {"datetime"},
    "col": {"span"},
    "colgroup": {"span"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start", "reversed"},
    "li": {"value"},
    "img": {"src", "srcset", "sizes", "alt", *SIZED, *media.LAZY_SRC, *media.LAZY_SRCSET}
    | set(media.LARGE_SRC),
    "source": {"src", "srcset", "sizes", "media", "type", *media.LAZY_SRC, *media.LAZY_SRCSET},
    "video": {"poster", "data-poster", *PLAYED},
    "audio": PLAYED,
    EMBED: {"src", *SIZED, *media.LAZY_SRC},
}

# How the value of an attribute that is simply kept must look.
VALUES = {
    "dir": re.compile(r"ltr|rtl|auto"),
    "lang": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}"),
    "datetime": re.compile(r"[0-9TZPDHMSWY:.+ -]{4,40}"),
    "span": re.compile(r"[1-9]\d{0,2}", re.ASCII),
    "colspan": re.compile(r"[1-9]\d{0,2}", re.ASCII),
    "rowspan": re.compile(r"\d{1,3}", re.ASCII),
    "start": re.compile(r"-?\d{1,6}", re.ASCII),
    "value": re.compile(r"-?\d{1,6}", re.ASCII),
    "reversed": re.compile(""),
}
REL = "noopener noreferrer nofollow ugc"
DEPTH = 200  # deeper than any layout: elements lose their tags, not their content

# Elements that may be empty: a table's grid, a list's terms, the parts of ruby.
KEPT_EMPTY = names("td th tr thead tbody tfoot colgroup dt dd rt rp")
HEADINGS = names("h1 h2 h3 h4 h5 h6")
ENDS_P = BLOCK - names("caption col colgroup tbody td tfoot th thead tr")
# Parts that mean nothing, and are parsed in odd ways, outside of their whole.
PLACES = {
    "li": {"ul", "ol"},
    "dt": {"dl"},
    "dd": {"dl"},
    "summary": {"details"},
    "rt": {"ruby"},
    "rp": {"ruby"},
}
# Where a link that replaces a frame is a paragraph of its own.
FLOW = frozenset({"", "aside", "blockquote", "dd", "details", "div", "figure", "li", "section"})
