"""What publishers write where a date belongs -> an aware datetime, or None.

Two grammars after one folding (case, diacritics, digits of any script, Arabic letter variants):

- `_iso`: RFC 3339, W3CDTF (partial too) and ISO 8601's basic format;
- `_written`: everything else, word by word: RFC 822 and its wild forms, ctime, local names.

Neither guesses. A word that is not known, another calendar, a day and a month that could be
swapped (`06/01/2025`) give None, and the caller falls back on the time it first saw the entry.

The standard library reads too little or too much of this: `email.utils` takes `+03:00` and `GMT+3`
for UTC and needs a time, `datetime.fromisoformat` knows neither `2025-01` nor `24:00:00`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

FUTURE_TOLERANCE = timedelta(minutes=15)
"""How far a publisher's clock may run ahead of ours before `plausible` objects."""

_RAW_LIMIT = 500  # characters looked at, markup noise included
_LIMIT = 100  # the longest real one seen has about 60
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_FIRST_EPOCH = datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()
_LAST_EPOCH = datetime(_LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp()
_OTHER_CALENDARS = range(1300, 1501)  # Hijri 1446 and Jalali 1404 are this year
_MAX_OFFSET = 14 * 60  # minutes; Kiribati


def parse(text: str) -> datetime | None:
    """Read a date as its publisher meant it, or not at all. Never raises, in bounded time.

    The publisher's offset is kept in `tzinfo` (whole minutes). A time without a zone, with one
    that RFC 5322 section 4.3 calls unknown, or with an impossible one (`+9900`) is UTC.
    A missing time is midnight, a missing day or month the first (W3CDTF). `24:00:00` is the
    next day's midnight, a leap second the second before it. A wrong name of the day is ignored.
    Years are given as written, however absurd, save 1300 to 1500: those are Hijri or Jalali.
    A bare number is a Unix time where it has 10 or 13 digits and falls between 1990 and 2100.
    """
    if len(text) > _RAW_LIMIT:
        return None
    folded = _fold(_COMMENT.sub(" ", text))
    if not folded or len(folded) > _LIMIT:
        return None
    return _epoch(folded) or _iso(folded) or _written(folded)


def plausible(moment: datetime, now: datetime) -> str | None:
    """None for a usable date, else a flag: "absurd" (outside 1990 to 2100) or "in-future".

    Up to `FUTURE_TOLERANCE` ahead is a skewed clock and passes, so whoever publishes the date
    still has to keep it from being later than now.
    """
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return "absurd"
    return "in-future" if moment - now > FUTURE_TOLERANCE else None


# --- folding ---------------------------------------------------------------------------------

_COMMENT = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")  # RFC 5322 comments; Java's [Europe/Istanbul]
_REPEATED = re.compile(r"([\u0620-\u06ff])\1+")  # کانوونی and کانونی; not EEST and EST
_LETTERS = str.maketrans(
    {"ی": "ي", "ى": "ي", "ێ": "ي", "ک": "ك", "ة": "ه", "ە": "ه", "ھ": "ه", "ہ": "ه"}
    | {"ۆ": "و", "ڕ": "ر", "ڵ": "ل", "ڤ": "ف", "ı": "i", "’": "'", "−": "-"}
    | {"ء": None, "\u0640": None}  # tatweel
)


def _fold(text: str) -> str:
    """Make spellings of one date equal: أيّار and ايار, Şubat and subat, کانوونی and کانونی."""
    return _REPEATED.sub(r"\1", " ".join("".join(_folded(text)).translate(_LETTERS).split()))


def _folded(text: str) -> Iterator[str]:
    for character in unicodedata.normalize("NFKD", text.lower()):
        digit = unicodedata.decimal(character, None)
        if digit is not None:
            yield str(digit)
        elif character.isspace():
            yield " "
        elif unicodedata.category(character) not in {"Mn", "Cf", "Cc"}:
            yield character


# --- what the words mean ---------------------------------------------------------------------

# Twelve months a row, variants between commas. Written out, because no library has them all:
# CLDR lacks Kurmanji's Levantine set and every spelling but one; feedparser knows English only.
_MONTHS_WRITTEN = {
    "en": "Jan,January/Feb,February/Mar,March/Apr,April/May/Jun,June/Jul,July/Aug,August"
    "/Sep,Sept,September/Oct,October/Nov,November/Dec,December",
    "fr": "janv,janvier/fév,févr,février/mars/avr,avril/mai/juin/juil,juill,juillet/août"
    "/septembre/octobre/novembre/déc,décembre",
    "tr": "Oca,Ocak/Şub,Şubat/Mart/Nis,Nisan/Mayıs/Haz,Haziran/Tem,Temmuz/Ağu,Ağustos"
    "/Eyl,Eylül/Eki,Ekim/Kas,Kasım/Ara,Aralık",
    # CLDR ku; the Levantine set of Rojava and Duhok; Kurmanji Wikipedia's list of months
    "kmr": "Çile,Çileya Paşîn,Kanûna Paşîn,Kanûna Duyê,Kanûna Duyem,Kanûna Duyemîn,Rêbendan"
    "/Sibat,Şibat,Şubat,Reşemî,Reşeme/Adar/Nîsan,Avrêl/Gulan/Hezîran,Xezîran,Pûşper"
    "/Tîrmeh,Temûz/Tebax,Gelawêj/Îlon,Êlûl,Rezber"
    "/Cotmeh,Kewçêr,Çiriya Pêşîn,Çirîya Pêşîn,Teşrîna Pêşîn,Teşrîna Yekê,Teşrîna Yekem"
    "/Mijdar,Sermawez,Çiriya Paşîn,Çirîya Paşîn,Teşrîna Paşîn,Teşrîna Duyê,Teşrîna Duyem"
    "/Kanûn,Kanûna Pêşîn,Kanûna Yekê,Kanûna Yekem,Çileya Pêşîn,Berfanbar",
    # CLDR ckb and the spellings of Iraqi Kurdish outlets. Not the names of the solar months
    # (گوڵان, ڕێبەندان): those begin about the 21st and go with Jalali or Kurdish years.
    "ckb": "کانوونی دووەم,کانوونی دووهەم/شوبات,شبات/ئازار,ئادار,مارت/نیسان/ئایار,مایس"
    "/حوزەیران,حزەیران,حوزێران/تەممووز/ئاب/ئەیلوول,ئێلوول"
    "/تشرینی یەکەم/تشرینی دووەم,تشرینی دووهەم/کانوونی یەکەم",
    # The Gulf, Egypt, and pan-Arab media
    "ar": "يناير/فبراير/مارس/أبريل,إبريل/مايو/يونيو,يونيه/يوليو,يوليه/أغسطس"
    "/سبتمبر/أكتوبر,أوكتوبر/نوفمبر/ديسمبر",
    # The Levant and Iraq
    "ar-SY": "كانون الثاني,كانون ثاني,كانون ثان/شباط/آذار/نيسان/أيار,مايس/حزيران/تموز/آب"
    "/أيلول/تشرين الأول,تشرين أول/تشرين الثاني,تشرين ثاني,تشرين ثان/كانون الأول,كانون أول",
    # The Maghreb: Algeria and Tunisia
    "ar-DZ": "جانفي/فيفري/مارس/أفريل/ماي/جوان/جويلية/أوت/سبتمبر/أكتوبر/نوفمبر/ديسمبر",
    "ar-MA": "يناير/فبراير/مارس/أبريل/ماي/يونيو/يوليوز/غشت/شتنبر/أكتوبر/نونبر/دجنبر",
}
# Case endings: 6ê Gulanê, 6ê Gulana 2025an; ٦ی ئازاری ٢٠٢٥
_ENDINGS = {"kmr": ("", "ê", "a", "yê", "ya", "an"), "ckb": ("", "ی")}

# Names of days decide nothing (publishers get them wrong), but must be known to be passed over.
_DAYS_WRITTEN = {
    "en": "Mon,Monday,Tue,Tues,Tuesday,Wed,Weds,Wednesday,Thu,Thur,Thurs,Thursday,Fri,Friday"
    ",Sat,Saturday,Sun,Sunday",
    "fr": "lun,lundi,mardi,mer,mercredi,jeu,jeudi,ven,vendredi,sam,samedi,dim,dimanche",
    "tr": "Pzt,Pazartesi,Sal,Salı,Çar,Çarş,Çarşamba,Per,Perş,Perşembe,Cum,Cuma,Cmt,Cumartesi"
    ",Paz,Pazar",
    "kmr": "Duşem,Duşemb,Sêşem,Sêşemb,Çarşem,Çarşemb,Pêncşem,Pêncşemb,În,Înî,Şemî,Yekşem,Yekşemb",
    "ckb": "دووشەممە,دووشەم,سێشەممە,سێشەم,چوارشەممە,چوارشەم,پێنجشەممە,پێنجشەم,هەینی,جومعە"
    ",شەممە,یەکشەممە,یەکشەم",
    "ar": "الاثنين,اثنين,الثلاثاء,ثلاثاء,الأربعاء,أربعاء,الخميس,خميس,الجمعة,جمعة,السبت,سبت"
    ",الأحد,أحد",
}
# What stands between the parts of a date, or hangs on a number: 6th, 1er, 6ê 2025an, ٦ی, 2025م.
_FILLERS = (
    "st nd rd th of the at on t etc le er à de du di sala roja saet demjimêr saat ê an yê"
    " الساعة في من يوم عام م ی ساڵی کاتژمێر سەعات ڕۆژی"
)
_AM = "am,ص,صباحا,قبل الظهر,بن,پن,پێش نیوەڕۆ,bn,berî nîvro,öö"
_PM = "pm,م,مساء,بعد الظهر,ظهرا,دن,دوای نیوەڕۆ,پاش نیوەڕۆ,pn,piştî nîvro,paş nîvro,ös"

# Minutes east of Greenwich. RFC 822 section 5.1 defines UT to PDT and the military letters, whose
# signs it got wrong, so that RFC 5322 section 4.3 reads those, and all names that it does not
# define, as UTC "unless there is out-of-band information". Ours is that we gather news from and
# for the Middle East. Left at UTC for having several meanings there: IST, ADT, BST.
_ZONES = {
    name: minutes
    for names, minutes in (
        ("z ut utc gmt", 0),
        ("edt", -240),
        ("est cdt", -300),
        ("cst mdt", -360),
        ("mst pdt", -420),
        ("pst", -480),
        ("ast", 180),  # Arabia's; feedparser takes the Atlantic's and is 7 hours off in Baghdad
        ("trt", 180),  # Turkey
        ("msk idt", 180),  # Moscow, Israel's summer
        ("irst", 210),  # Iran
        ("gst", 240),  # the Gulf
        ("wet", 0),
        ("cet west", 60),
        ("eet cest", 120),
        ("eest", 180),
    )
    for name in names.split()
}


def _months() -> Iterator[tuple[str, int]]:
    for language, row in _MONTHS_WRITTEN.items():
        for month, names in enumerate(row.split("/"), start=1):
            for name in names.split(","):
                for ending in _ENDINGS.get(language, ("",)):
                    yield _fold(name + ending), month


def _days() -> Iterator[str]:
    for language, names in _DAYS_WRITTEN.items():
        for name in names.split(","):
            for ending in _ENDINGS.get(language, ("",)):
                yield _fold(name + ending)


_MONTHS = dict(_months())
_IGNORED = frozenset(_days()) | frozenset(map(_fold, _FILLERS.split()))
_MERIDIEM = {_fold(name): False for name in _AM.split(",")} | {
    _fold(name): True for name in _PM.split(",")
}
_MARCH_OR_TUESDAY = "mar"  # French mar. is mardi: a month only where there is no other

# --- the two grammars ------------------------------------------------------------------------

_ISO = re.compile(
    r"(\d{4})(?:-(\d\d)|(?:-?(\d\d)-?(\d\d)(?:t? ?"
    r"(\d\d(?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)?) ?(z|[+-]\d\d(?::?\d\d)?)?)?)?)"
)
_TOKEN = re.compile(
    r"(?P<ymd>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?:t(?=\d)|(?!\d))"
    r"|(?P<dmy>\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?!\d)"
    r"|(?P<time>\d{1,2}(?::\d\d(?::\d\d(?:[.,]\d+)?)?(?!\d)| ?h(?: ?\d\d)?(?![a-z\d])))"
    r"|(?P<offset>[+-]\d{1,2}(?::?\d\d)?)(?!\d)"
    r"|(?P<number>\d{1,4})(?!\d)"
    r"|(?P<word>[^\W\d_]+(?:[.'][^\W\d_]+)*\.?)"
    r"|(?P<between>[\s,;:|/.·•'،–—-])"
)


def _epoch(folded: str) -> datetime | None:
    if not re.fullmatch(r"\d{10}|\d{13}", folded):
        return None
    seconds = int(folded[:10])
    if not _FIRST_EPOCH <= seconds < _LAST_EPOCH:
        return None
    return datetime.fromtimestamp(seconds, UTC) + timedelta(milliseconds=int(folded[10:] or 0))


def _iso(folded: str) -> datetime | None:
    match = _ISO.fullmatch(folded)
    if match is None:
        return None
    year, only_month, month, day, clock, zone = match.groups()
    date = int(year), int(only_month or month or 1), int(day or 1)
    since_midnight = _time_of_day(clock or "00")
    return None if since_midnight is None else _moment(date, since_midnight, _minutes(zone or "z"))


def _written(folded: str) -> datetime | None:
    tokens = _tokens(folded)
    draft = _Draft()
    at = 0
    while at < len(tokens):
        used = draft.take(tokens, at)
        if not used:
            return None
        at += used
    date = draft.day()
    if date is None:
        return None
    offset = draft.zone or 0 if draft.offset is None else draft.offset
    return _moment(date, draft.clock or timedelta(), offset)


def _tokens(folded: str) -> list[tuple[str, str]]:
    """Cut into (kind, text). What no kind fits becomes a token that nothing takes."""
    tokens: list[tuple[str, str]] = []
    at = 0
    timed = False
    while at < len(folded):
        match = _TOKEN.match(folded, at)
        if match is None:
            return [("unknown", folded[at:])]
        kind = match.lastgroup or ""
        if kind == "offset" and not timed:  # the hyphens of 06-Jan-2025
            at += 1
            continue
        timed = timed or kind == "time"
        if kind != "between":
            tokens.append((kind, match[kind].replace(".", "") if kind == "word" else match[kind]))
        at = match.end()
    return tokens


@dataclass(slots=True)
class _Draft:
    """A date in words, as far as it was read."""

    date: tuple[int, int, int] | None = None
    numbers: list[str] = field(default_factory=list)
    months: set[int] = field(default_factory=set)
    march_or_tuesday: bool = False
    clock: timedelta | None = None
    offset: int | None = None  # in figures: beats a name
    zone: int | None = None

    def take(self, tokens: list[tuple[str, str]], at: int) -> int:
        """How many tokens made sense; none where the date is not understood."""
        kind, text = tokens[at]
        following = tokens[at + 1][1] if tokens[at + 1 : at + 2] else ""
        if kind == "word":
            return self._word(text, f"{text} {following}")
        if kind == "number" and self._is_hour(text, following):
            kind = "time"
        if kind == "time" and self.clock is None:
            pair = " ".join(word for _, word in tokens[at + 1 : at + 3])
            meridiem = next((name for name in (pair, following) if name in _MERIDIEM), None)
            self.clock = _time_of_day(text, afternoon=_MERIDIEM.get(meridiem or ""))
            return 0 if self.clock is None else 1 + (meridiem or "").count(" ") + bool(meridiem)
        if kind in {"ymd", "dmy"} and self.date is None:
            self.date = _numeric(text, year_first=kind == "ymd")
            return int(self.date is not None)
        if kind == "offset" and self.offset is None:
            self.offset = _minutes(text)
            return 1
        if kind == "number":
            self.numbers.append(text)
            return 1
        return 0

    def _is_hour(self, text: str, following: str) -> bool:
        return len(text) <= 2 and following in _MERIDIEM and following != "م"

    def _word(self, word: str, pair: str) -> int:
        for name in (pair, word):
            if name in _MONTHS:
                if name == _MARCH_OR_TUESDAY:
                    self.march_or_tuesday = True
                else:
                    self.months.add(_MONTHS[name])
                return 1 + name.count(" ")
        if word in _IGNORED:
            return 1
        if self.clock is not None and word.isascii() and len(word) <= 5:
            self.zone = _ZONES.get(word) if self.zone is None else self.zone
            return 1
        return 0

    def day(self) -> tuple[int, int, int] | None:
        """The date in figures, else one month, a day and a year (RFC 5322 section 4.3)."""
        months = self.months or ({3} if self.march_or_tuesday else set())
        if self.date is not None:
            return None if months or self.numbers else self.date
        if len(months) != 1 or len(self.numbers) != 2:
            return None
        day, year = sorted(self.numbers, key=lambda number: len(number) > 2)
        if len(day) > 2 or len(year) < 2:
            return None
        century = {2: 2000 if int(year) < 50 else 1900, 3: 1900}.get(len(year), 0)
        return int(year) + century, next(iter(months)), int(day)


def _numeric(text: str, *, year_first: bool) -> tuple[int, int, int] | None:
    """06.01.2025 is the 6th; with slashes or hyphens only where it cannot be 1 June."""
    first, second, third = (int(part) for part in re.split(r"[-/.]", text))
    if year_first:
        return first, second, third
    if second > 12:
        return third, first, second
    if first > 12 or first == second or text.count(".") == 2:
        return third, second, first
    return None


def _time_of_day(text: str, *, afternoon: bool | None = None) -> timedelta | None:
    """10:30, 10:30:00,5, 10h30, 1030, 103000 -> the time since midnight."""
    whole, _, fraction = text.replace(",", ".").partition(".")
    figures = re.findall(r"\d{1,2}", whole)
    hour, minute, second = (int(figure) for figure in (*figures, "0", "0")[:3])
    if afternoon is not None:
        if hour > 12 and not afternoon:
            return None
        hour = hour % 12 + 12 * afternoon if hour <= 12 else hour
    if minute > 59 or second > 60 or (hour > 23 and (hour, minute, second) != (24, 0, 0)):
        return None
    microseconds = 0 if second == 60 else int(f"{fraction[:6]:0<6}")
    return timedelta(
        hours=hour, minutes=minute, seconds=min(second, 59), microseconds=microseconds
    )


def _minutes(zone: str) -> int:
    """+3, +03, +0300, +03:00, z -> minutes east; impossible ones are UTC."""
    if zone == "z":
        return 0
    figures = zone[1:].replace(":", "")
    hours, minutes = (figures[:-2], figures[-2:]) if len(figures) > 2 else (figures, "0")
    total = 60 * int(hours) + int(minutes)
    if total > _MAX_OFFSET or int(minutes) > 59:
        return 0
    return -total if zone[0] == "-" else total


def _moment(date: tuple[int, int, int], clock: timedelta, offset: int) -> datetime | None:
    if date[0] in _OTHER_CALENDARS:
        return None
    zone = timezone(timedelta(minutes=offset)) if offset else UTC
    try:
        moment = datetime(*date, tzinfo=zone) + clock
        moment.astimezone(UTC)  # years 1 and 9999 can lie outside what UTC can say
    except (ValueError, OverflowError):
        return None
    return moment
