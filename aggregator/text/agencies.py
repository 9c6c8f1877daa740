"""News agencies: does a text say that it is one's? Pure.

An outlet that prints an agency's text cannot let others print it. Such texts are told by where the
agency's name stands, never by the name alone: in the byline, in the dateline before the first
sentence, after the last one, or in a statement of rights. "He told Reuters" is a mention.

In doubt a text is the outlet's: each pattern wants the name set apart from the sentences, and a
name in brackets that only explains the words before it ("Agence France-Presse (AFP)") is none.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final
from unicodedata import normalize

_REACH: Final = 200  # characters that are read of a line's beginning or end
_CUT: Final = "~"  # stands where more of the line was
UNNAMED: Final = "news agencies"  # "with agencies": some agency's, whichever

# Each agency with the spellings of its name as outlets write them. Spaces and dots within a
# spelling may be there or not; letters are compared as `folded` makes them.
_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    # reuters.com; "Thomson Reuters" in statements of rights
    "Reuters": (
        *("Reuters", "Thomson Reuters", "Roiters", "Royters", "Reûters"),  # Latin, Kurmanji
        *("رويترز", "روترز", "رويتر"),  # Arabic
        *("ڕۆیتەرز", "ڕۆیتەر", "رویتەرز", "ڕویتەرز"),  # Sorani, with and without its marks
    ),
    # afp.com
    "AFP": (
        *("AFP", "Agence France-Presse", "Agence France Presse", "France-Presse"),
        *("Ajansa Fransî AFP", "Ajansa Fransî", "Ajansa Fransayê", "Frans Pres"),  # Kurmanji
        *("أ ف ب", "أف ب", "فرانس برس", "الصحافة الفرنسية", "الأنباء الفرنسية"),  # Arabic
        *("فرانس پرێس", "ئێف پێ", "ئەی ئێف پی", "ئا ئێف پێ", "ئەی ئێف پێ"),  # Sorani
    ),
    # ap.org
    "AP": (
        *("AP", "Associated Press", "The Associated Press", "Asosiyetid Pres"),
        *("أسوشيتد برس", "الأسوشيتد برس", "أسوشييتد برس", "اسوشيتدبرس", "أ ب"),
        *("ئەسۆشێتد پرێس", "ئاسۆشێتد پرێس", "ئەسۆشیەیتد پرێس", "ئەسۆشیەیتید پرێس", "ئەی پی"),
    ),
    # dpa.com; French papers write "DPA", Arabic ones its name in words
    "dpa": (
        *("dpa", "Deutsche Presse-Agentur", "dpa international"),
        *("د ب أ", "الأنباء الألمانية", "الألمانية د ب أ"),
        *("دی پی ئەی", "د پ ئا"),
    ),
    # efe.com
    "EFE": ("EFE", "Agencia EFE", "إفي", "إيفي", "إ ف إ", "ئێفێ", "ئیفێ"),
    # xinhuanet.com; "Chine nouvelle" is its French name
    "Xinhua": (
        *("Xinhua", "Xinhuanet", "Chine nouvelle", "Şînhûa", "Şinxua"),
        *("شينخوا", "شنخوا", "الصين الجديدة", "شینخوا", "شینهوا", "شینخووا"),
    ),
    # ansa.it
    "ANSA": ("ANSA", "آنسا", "أنسا الإيطالية"),
    # tass.com
    "TASS": ("TASS", "Itar-Tass", "تاس", "تاس الروسية"),
    # interfax.com
    "Interfax": ("Interfax", "إنترفاكس", "ئینتەرفاکس"),
    # upi.com
    "UPI": ("UPI", "United Press International", "يونايتد برس إنترناشيونال", "يو بي آي"),
    # ianslive.in
    "IANS": ("IANS", "Indo-Asian News Service"),
    # pa.media; "PA" alone is too much else
    "PA Media": ("PA Media", "Press Association"),
    # what papers write that took from several
    UNNAMED: (
        *("agencies", "news agencies", "wire services", "agences", "ajans", "ajansên nûçeyan"),
        *("وكالات", "الوكالات", "وكالات الأنباء", "ئاژانسەکان", "ئاژانسەکانی هەواڵ"),
    ),
}

# What may stand before and after a name and make it no other one.
_BEFORE: Final = (
    *(
        "agency",
        "news agency",
        "agence",
        "agence de presse",
        "l agence",
        "ajansa",
        "ajansa nuceyan",
    ),
    *("وكالة", "وكالة الأنباء", "وكالة أنباء", "ئاژانسی", "ئاژانسی هەواڵی", "ئاژانسا"),
)
_AFTER: Final = (
    *("staff", "agency", "news agency", "news", "correspondent", "editorial", "international"),
    *("للأنباء", "الإخبارية", "للانباء"),
)
_WITH: Final = (
    *("by", "with", "via", "from", "source", "sources", "courtesy of"),
    *("par", "avec", "via", "source", "sources", "d apres"),
    *("ji", "bi", "digel", "cavkani", "jeder"),
    *("مع", "عن", "المصدر", "المصادر", "مصدر", "نقلا عن"),
    *("سەرچاوە", "سەرچاوەکان", "لەگەڵ", "لە"),
)
# A name after one of these is a picture's.
_PICTURES: Final = re.compile(
    r"\b(?:photos?|images?|pictures?|fotos?|wene|video|illustration|getty|archives?|file)\b"
    r"|صوره|صور\b|تصوير|وينه|ويينه"
)


def of_byline(names: Iterable[str]) -> str | None:
    """Name the agency that a byline names as one of its authors; None: none."""
    for name in names:
        for part in _PARTS.split(folded(name)):
            if found := _BYLINE.fullmatch(part.strip(" .()[]")):
                return _named(found["list"])
    return None


def of_text(lines: Iterable[str]) -> str | None:
    """Name the agency whose dateline begins a text or whose name ends it; None: none.

    Args:
        lines: the text by its blocks, without its title.
    """
    some = [line for line in lines if line.strip()]
    for line in some[:2]:
        beginning = folded(line[:_REACH] + _CUT * (len(line) > _REACH))
        for pattern in _STARTS:
            found = pattern.match(beginning)
            if found and not _PICTURES.search(found[0]) and not _explained(found):
                return _named(found["list"])
    ends = [folded(_CUT * (len(line) > _REACH) + line[-_REACH:]) for line in some[-2:]]
    for line in ends:
        if _REUTERS_DESK.search(line):
            return "Reuters"
        for pattern in _ENDS:
            found = pattern.search(line)
            if found and not _explained(found):
                return _named(found["list"])
    return next(filter(None, map(_of_copyright, ends)), None)


def of_statement(text: str) -> tuple[str | None, bool]:
    """Name the agency that a statement of rights names.

    Returns:
        The agency or None; and whether it is named for the pictures alone.
    """
    pictures = None
    for clause in _CLAUSES.split(folded(text)):
        found = _ANYWHERE.search(clause)
        if found and not _PICTURES.search(clause):
            return _named(found["list"]), False
        pictures = pictures or found
    return (_named(pictures["list"]), True) if pictures else (None, False)


def of_name(name: str) -> str | None:
    """Name the agency that somebody with this name is; None: it is none."""
    found = _BYLINE.fullmatch(folded(name).strip(" ."))
    return _named(found["list"]) if found else None


# --- one spelling -----------------------------------------------------------------------------

_LETTERS: Final = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىیێېئ", "ي"),
        **dict.fromkeys("ۆؤ", "و"),
        **dict.fromkeys("ةەھہ", "ه"),
        "ک": "ك",
        "ڕ": "ر",
        "ڵ": "ل",
        "ı": "i",
        "’": " ",
        "'": " ",
        "،": ",",
        "؛": ";",
        **dict.fromkeys("–—―−‐‑ـ", "-"),
        **dict.fromkeys("[{", "("),
        **dict.fromkeys("]}", ")"),
        **dict.fromkeys("\u200c\u200d\u200e\u200f", ""),
    }
)
_MARKS: Final = re.compile("[\u0300-\u036f\u064b-\u065f\u0670]")
_JOINING: Final = re.compile(r"(?<=\w)ـ+(?=\w)")  # a tatweel within a word; else it is a dash
# "أ ف ب", "A.F.P.": letters that stand alone, with spaces or dots between them.
_SPACED: Final = re.compile(r"(?<![^\W_])([^\W\d_])(?:[. ]{1,2}([^\W\d_])(?![^\W_]))+\.?")


def folded(text: str) -> str:
    """One spelling for what is written in many ways; dashes, brackets and commas stay."""
    text = normalize("NFKC", _JOINING.sub("", text)).translate(_LETTERS).casefold()
    text = _MARKS.sub("", normalize("NFD", text))
    text = _SPACED.sub(lambda run: re.sub(r"[. ]", "", run[0]), text)
    return " ".join(text.split())


def _spelled(text: str) -> str:
    """A pattern of a spelling: what parts its words may be left out, or be a hyphen."""
    return r"[\s\-.]*".join(map(re.escape, re.split(r"[\s\-.]+", folded(text))))


def _any(texts: Iterable[str]) -> str:
    return "|".join(sorted({_spelled(text) for text in texts}, key=len, reverse=True))


# --- where it stands --------------------------------------------------------------------------

_NAMES: Final = _any(name for spellings in _SPELLINGS.values() for name in spellings)
_ONE: Final = (
    rf"(?:(?:{_any(_BEFORE)})\s+)?(?:{_NAMES})"
    rf"(?:\s+(?:{_any(_AFTER)}))?(?!\w)"
)
_LIST: Final = rf"(?P<list>(?<!\w){_ONE}(?:\s*(?:[,/+&-]|\b(?:and|et|u|و)\b)\s*و?{_ONE})*)"
_SAYS: Final = rf"(?:(?:{_any(_WITH)})\s*:?\s+)?"
_OTHERS: Final = r"(?:\s*[/,-]\s*[^()]{1,40})?"
_BRACKETED: Final = rf"\(\s*{_SAYS}(?:[^()/,]{{1,30}}[/,]\s*)??{_LIST}{_OTHERS}\s*\)"
_PLACE: Final = r"[^\s(),.:/-]+(?:[ /-][^\s(),.:/-]+){0,3}"
_DAY: Final = r"(?:,?\s*(?:\d{1,2}\.?\s+[^\W\d_]+\.?|[^\W\d_]+\.?\s+\d{1,2})(?:,?\s+\d{4})?)?"

_BYLINE: Final = re.compile(rf"{_SAYS}{_LIST}")
_PARTS: Final = re.compile(
    r"\s*(?:[,;|/+&()]|\s-\s|\b(?:and|with|for|et|avec|pour|u|digel|bo|مع|و|لەگەل|بو)\b)\s*"
)
_CLAUSES: Final = re.compile(r"[.;|,\n]\s+")
_ANYWHERE: Final = re.compile(_LIST)
# Before the first sentence. Each with what it finds.
_STARTS: Final = tuple(
    re.compile(pattern)
    for pattern, _ in (
        (rf"\(\s*{_SAYS}{_LIST}{_OTHERS}\s*\)", "(Reuters) Baghdad ..."),
        (
            rf"[^()!?؟:;]{{2,60}}?\s*{_BRACKETED}\s*(?:\.?\s*[-:]|\.?$)",
            "BAGHDAD, Nov. 3 (Reuters) - ...",
        ),
        (rf"{_PLACE}{_DAY}\s*[-/:]\s*{_BRACKETED}", "بيروت - (أ ف ب)"),
        (rf"{_SAYS}{_LIST}\s*(?:-\s|[|]\s|\.?$)", "Reuters - Baghdad; Par AFP"),
        (rf"{_PLACE}{_DAY}\.?\s*/\s*{_LIST}\s*/", "MOSCOW, November 3. /TASS/. ..."),
        (rf"{_LIST}\s*[,/]\s*{_PLACE}{_DAY}\s*(?:-\s|:\s)", "AFP, Beyrouth - ..."),
        (
            rf"{_PLACE}{_DAY}\s*[-/:,|]\s*{_SAYS}{_LIST}\s*(?:-\s|[:|/]\s|\.?$)",
            "بيروت - أ ف ب; PARIS, 3 nov. AFP - ...; بغداد/ رويترز: ...",
        ),
    )
)
# After the last one.
_ENDS: Final = tuple(
    re.compile(pattern)
    for pattern, _ in (
        (rf"(?:^|[.!?؟»”\"…)]\s*){_BRACKETED}\.?$", "... on Tuesday. (AFP)"),
        (
            rf"^[-/*]*\s*{_SAYS}{_LIST}\s*[/*]*\.?$",
            "Source: Reuters; Avec AFP; المصدر: رويترز; the name alone in its line",
        ),
        (rf"[.!?؟»”\"…]\s*/\s*{_LIST}\s*/\.?$", "... on Tuesday. /AFP/"),
    )
)
# How Reuters signs each text: "(Reporting by A; Editing by B)".
_REUTERS_DESK: Final = re.compile(r"^\(?(?:additional )?(?:reporting|writing) by .*\bediting by ")
_COPYRIGHT: Final = re.compile(r"^(?:©|\(c\)|copyright\b|حقوق)")


def _of_copyright(line: str) -> str | None:
    return of_statement(line)[0] if _COPYRIGHT.match(line) else None


# "to the news agency (AFP)": brackets that say which one.
_EXPLAINS: Final = re.compile(rf"(?:(?<!\w){_ONE}|(?<!\w)(?:{_any(_BEFORE)}))\s*$")


def _explained(found: re.Match[str]) -> bool:
    """Whether the name only says in brackets which agency the words before it mean."""
    before = found.string[: found.start("list")].rstrip()
    return before.endswith("(") and bool(_EXPLAINS.search(before[:-1].rstrip()))


@lru_cache(maxsize=1024)
def _named(found: str) -> str:
    """The agency of a list of spellings: the first that has a name."""
    names = [name for name, pattern in _EACH if pattern.search(found)]
    return names[0]


def _each() -> Iterator[tuple[str, re.Pattern[str]]]:
    for name, spellings in _SPELLINGS.items():
        yield name, re.compile(rf"(?<!\w)و?(?:{_any(spellings)})(?!\w)")


_EACH: Final = tuple(_each())
