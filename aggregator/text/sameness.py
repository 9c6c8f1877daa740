"""Whether two texts say the same in other typography, or differ in times and counters alone.

    reading     a text -> its words, in the spelling in which typography does not count
    same        nothing but typography differs
    only_clocks what differs is a stamp: "Updated 3 minutes ago", "1,234 views", "قبل 5 دقائق"
    only_times  what differs are times, wherever they stand

A stamp is a piece of text that says nothing but times, dates or counters: a line of its own, or
what stands between a line's end and a full stop, bracket, dash or bar. So "Updated 12:34" is a
stamp, and "the ceremony begins at 12:34" is not; "1,234 views" is one, "1,234 dead" is not. A
bare date or clock is one only where it is a whole line.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final
from unicodedata import category, digit, normalize

# --- typography -------------------------------------------------------------------------------

_SAME: Final = {
    # Letters of Arabic script that keyboards and encodings take for one another
    **dict.fromkeys("يىې", "ی"),
    **dict.fromkeys("كڪ", "ک"),
    **dict.fromkeys("ھہەۀ", "ه"),
    "œ": "oe",
    "æ": "ae",
    "ß": "ss",
    "ı": "i",
    "ـ": "",  # tatweel
    # Signs that change what is said
    "؟": "?",
    "٪": "%",
    "٫": ".",
    "−": "-",
}
_KEPT: Final = frozenset("?%$€£¥₺+")
_THOUSANDS: Final = re.compile(r"(?<=\d)[,.'’٬ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
_DECIMAL: Final = re.compile(r"(?<=\d)[,٫](?=\d)")
_MINUS: Final = re.compile(r"(?<![^\s(])[-\u2212\u2013](?=\d)")  # "-5", and not "3-5"
_WORD: Final = re.compile(r"\d+(?:[.:/]\d+)*|[^\W\d]+|[?%$€£¥₺+]|\x00")


class _Letters(dict[int, str]):
    """What each character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _letter(chr(code))
        return found


def _letter(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    kind = category(character)
    if kind == "Cf" or (kind == "Mn" and "\u0610" <= character <= "\u08ff"):
        return ""  # joiners, marks of direction, soft hyphens; vowel marks of Arabic script
    if kind == "Nd":
        return str(digit(character))
    return character


_LETTERS: Final = _Letters()


def reading(text: str) -> tuple[str, ...]:
    """Return the words of a plain text, for comparing.

    Case, spaces, quotes, dashes and other punctuation go; invisible marks, tatweel, vowel marks of
    Arabic script, forms of letters and of digits, and what parts thousands. What changes the
    sense stays: accents, decimals, a minus, signs of currency, a question mark.
    """
    folded = normalize("NFKC", text).casefold().translate(_LETTERS)
    folded = _DECIMAL.sub(".", _THOUSANDS.sub("", folded))
    return tuple("-" if w == "\x00" else w for w in _WORD.findall(_MINUS.sub("\x00", folded)))


def stream(text: str) -> str:
    """Return the letters of a plain text alone: equal where only typography differs.

    Where words part does not count ("re-elected"), where numbers do, does.
    """
    joined = " ".join(reading(text))
    return re.sub(r"(?<!\d) | (?!\d)", "", joined)


def same(before: str, after: str) -> bool:
    """Whether two plain texts differ in typography alone."""
    return before == after or stream(before) == stream(after)


def only_clocks(before: str, after: str) -> bool:
    """Whether two plain texts, a block a line, say the same but for stamps."""
    return _without_stamps(before) == _without_stamps(after)


def only_times(before: str, after: str) -> bool:
    """Whether two plain texts say the same but for times of day and "3 hours ago".

    One such change may be a correction ("the funeral is at 14:00"). Several at one visit are the
    work of a template.
    """
    return _without_times(before) == _without_times(after)


# --- stamps -----------------------------------------------------------------------------------

# What stamps are made of, by language. A trailing * stands for any ending.
_LABELS: Final = (
    "updated update last latest modified published posted edited refreshed checked as of "
    "mis mise à jour maj publié publiée modifié modifiée actualisé dernière "
    "rojanekirin* nûkirin* hat* weşandin* weşandî dema "
    "نوێکرایەوە نوێکردنەوە* نوێکراوەتەوە دوایین بڵاوکرایەوە بڵاوکراوەتەوە کات کاتی بەروار بەرواری "
    "آخر اخر تحديث التحديث محدث تاريخ نشر النشر نشرت الساعة تم "
    "güncelleme güncellendi son yayın"
)
_UNITS: Final = (
    "second seconds sec secs minute minutes min mins hour hours hr hrs h day days week weeks "
    "seconde secondes heure heures jour jours semaine semaines "
    "saniye çirke* deqe* deqîqe* xulek* saet* demjimêr* roj* hefte* "
    "چرکە* خولەک* دەقە* کاتژمێر* سەعات* ڕۆژ* هەفتە* "
    "ثانية ثوان ثواني دقيقة دقائق دقيقتين دقيقتان ساعة ساعات ساعتين ساعتان "
    "يوم يومين يوما أيام ايام أسبوع "
    "dakika saat gün"
)
_AGO: Final = (
    "ago now just il y a environ "
    "berî beriya niha ber "
    "بەر پێش لە لەمەوبەر لەمەوپێش ئێستا پێشتر "
    "قبل منذ الآن الان "
    "önce"
)
_COUNTERS: Final = (
    "view views read reads reader readers share shares comment comments like likes hit hits "
    "vue vues lecture lectures partage partages commentaire commentaires "
    "dîtin* xwendin* parvekirin* şîrove* "
    "بینەر بینین بینراوە بینرا خوێندنەوە* خوێندراوەتەوە جار هاوبەشکردن* لێدوان* "
    "مشاهدة مشاهدات المشاهدات قراءة قراءات القراءات تعليق تعليقات مشاركة مشاركات عدد مرات مرة "
    "görüntülenme okunma"
)
_MONTHS: Final = (
    "jan january feb february mar march apr april may jun june jul july aug august sep sept "
    "september oct october nov november dec december "
    "janv janvier fév février mars avr avril mai juin juil juillet août septembre octobre "
    "novembre déc décembre "
    "çile* kanûn* sibat* adar* nîsan* gulan* hezîran* tîrmeh* tebax* îlon* cotmeh* mijdar* "
    "کانوونی شوبات* ئازار* نیسان* ئایار* حوزەیران* تەممووز* ئاب* ئەیلوول* تشرینی یەکەم* دووەم* "
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر "
    "كانون شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين الأول الثاني"
)
_DAYS: Final = (
    "mon monday tue tuesday wed wednesday thu thursday fri friday sat saturday sun sunday today "
    "lundi mardi mercredi jeudi vendredi samedi dimanche aujourd hui "
    "duşem* sêşem* çarşem* pêncşem* în înî şemî yekşem* îro "
    "دووشەممە* سێشەممە* چوارشەممە* پێنجشەممە* هەینی شەممە* یەکشەممە* ئەمڕۆ "
    "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد اليوم"
)
_ZONES: Final = (
    "am pm gmt utc ast eet eest cet cest edt est bst local time heure locale paris "
    "saeta herêmî بەکاتی کاتی مەککە بتوقيت بتوقيت غرينتش جرينتش توقيت مكة ص م"
)
_FILLERS: Final = (
    "at on the le la les à de du et and en for in li di ya ê ji ku لە و بە ی في على من"
)


@cache
def _vocabulary() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Whole words and beginnings of words, each with its kind: T time, L label, C counter."""
    whole: dict[str, str] = {}
    begun: list[tuple[str, str]] = []
    kinds = {"F": _FILLERS + " " + _ZONES, "M": f"{_MONTHS} {_DAYS}", "L": _LABELS, "A": _AGO}
    for kind, words in (*kinds.items(), ("C", _COUNTERS), ("U", _UNITS)):
        for written in words.split():
            word = "".join(reading(written.removesuffix("*")))
            if written.endswith("*"):
                begun.append((word, kind))
            whole[word] = kind
    return whole, tuple(begun)


_CLOCK: Final = re.compile(r"\d{1,2}(?:[:.]\d{2}){1,2}")
_CLOCK_H: Final = re.compile(r"\d{1,2}h\d{0,2}")
_DATE: Final = re.compile(r"\d{1,4}[/.]\d{1,2}(?:[/.]\d{1,4})?|(?:19|20)\d\d")


@lru_cache(maxsize=20_000)
def _kind(word: str) -> str:
    """The kind of a word in stamps: see `_vocabulary`; N a number, K a clock, "" none."""
    if word[0].isdigit():
        if ":" in word and _CLOCK.fullmatch(word):
            return "K"
        return "M" if "/" in word and _DATE.fullmatch(word) else "N"
    whole, begun = _vocabulary()
    if (found := whole.get(word)) is not None:
        return found
    return next((kind for start, kind in begun if word.startswith(start)), "")


def _is_stamp(kinds: Sequence[str], *, alone: bool) -> bool:
    """Whether words of these kinds say nothing but a time, a date or a counter.

    Args:
        kinds: of the words.
        alone: they are a line of their own; only there a bare date or clock is a stamp.
    """
    if not kinds or not all(kinds):
        return False
    met = set(kinds)
    dated = bool(met & {"K", "M"})
    counted = "C" in met and "N" in met
    relative = "A" in met and ("U" in met or not met - {"A"})
    labelled = "L" in met and (dated or relative)
    return counted or labelled or relative or (alone and dated and bool(met & {"K", "N"}))


# Not at commas: "the report, published on Monday, says" is a sentence.
_PIECES: Final = re.compile(r"(?<!\d)[.!]\s|[.!]\s+(?!\d)|[|•·()\[\]–—؛;]|\s-\s|[.!]$")


def _without_stamps(text: str) -> str:
    kept: list[str] = []
    for line in text.split("\n"):
        words = _joined(reading(line))
        if not _is_stamp([_kind(word) for word in words], alone=True):
            for piece in _PIECES.split(line):
                kept += _without_stamp(_joined(reading(piece)))
    return re.sub(r"(?<!\d) | (?!\d)", "", " ".join(kept))


def _without_stamp(words: list[str]) -> list[str]:
    kinds = [_kind(word) for word in words]
    return [] if _is_stamp(kinds, alone=False) else words[_stamped_start(kinds) :]


def _joined(words: tuple[str, ...]) -> list[str]:
    """Make one word of "12 h 34" and "12h34"."""
    joined: list[str] = []
    for word in words:
        joined.append(word)
        if len(joined) > 2 and joined[-2] == "h" and word.isdigit() and joined[-3].isdigit():
            joined[-3:] = [f"{joined[-3]}:{word:0>2}"]
    return joined


def _stamped_start(kinds: list[str]) -> int:
    """How many words at a piece's start are a stamp that its text follows without a sign.

    It has to begin with a label and to end with a unit, a clock, or "ago".
    """
    if not kinds or kinds[0] != "L":
        return 0
    run = next((n for n, kind in enumerate(kinds) if not kind), len(kinds))
    for end in range(min(run, 12), 1, -1):
        if kinds[end - 1] in {"U", "K", "A"} and _is_stamp(kinds[:end], alone=False):
            return end
    return 0


# --- times anywhere ---------------------------------------------------------------------------


def _without_times(text: str) -> str:
    kept: list[str] = []
    words = _joined(reading(text))
    kinds = [_kind(word) for word in words]
    for place, (word, kind) in enumerate(zip(words, kinds, strict=True)):
        near = kinds[max(place - 1, 0) : place + 2]
        if kind == "K" or (kind == "N" and "U" in near):
            kept.append("0")
        elif kind != "U":  # "1 minute", "2 minutes"
            kept.append(word)
    return " ".join(kept)
