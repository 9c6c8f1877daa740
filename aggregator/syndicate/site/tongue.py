"""The site's words, months and digits in one interface language. Pure.

The words are gettext's, in English where a catalog has none. Months are Babel's, but for what
`_MONTHS` puts right; digits are CLDR's usual ones of the language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

from aggregator.model import Edition
from aggregator.text.language import direction, html_lang

# Whose months and separators a language has. CLDR files Kurmanji under `ku`; plain `ar` has the
# months of Egypt, and readers between Beirut and Baghdad have their own.
_LOCALES: Mapping[str, str] = {"kmr": "ku", "ar": "ar_SY"}

# CLDR 47 writes one of the two months called "kanun" with one و, the other with two.
_MONTHS: Mapping[tuple[str, int], str] = {("ckb", 12): "کانوونی یەکەم"}

# CLDR's default numbering system where it is not Western digits. (`ar_SY` has these too, but the
# Arabic press of our sources, and CLDR's plain `ar`, write Western ones.)
_DIGITS: Mapping[str, dict[int, int]] = {
    "ckb": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
}

# What an edition calls itself in the switcher, where CLDR's name is longer than people's.
_NAMES: Mapping[str, str] = {"ku": "Kurdî", "kmr": "Kurmancî", "ckb": "سۆرانی"}

_MINUTES, _HOURS, _DAYS = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """One interface language: everything a page says that no publisher and no operator wrote."""

    language: str  # the program's code
    tag: str  # what `lang` says in HTML
    direction: Literal["ltr", "rtl"]
    translations: NullTranslations
    months: tuple[str, ...]
    locale: Locale

    def say(self, message: str) -> str:
        """A word or sentence of ours, from its English."""
        return self.translations.gettext(message)

    def count(self, one: str, many: str, number: int) -> str:
        """A sentence about a number, which stands for `{n}` in it."""
        text = self.translations.ngettext(one, many, number)
        return text.replace("{n}", self.number(number))

    def number(self, number: int) -> str:
        """A number with the language's digits and separators."""
        system = "arab" if self.language in _DIGITS else "latn"
        written = format_decimal(number, locale=self.locale, numbering_system=system)
        return self._digits(written)

    def plain_number(self, number: int) -> str:
        """A year or the number of a page: digits alone."""
        return self._digits(str(number))

    def day(self, moment: datetime) -> str:
        """DD.MM.YYYY, the centre's form, of the day that the moment's own offset says."""
        return self._digits(f"{moment.day:02}.{moment.month:02}.{moment.year:04}")

    def month(self, year: int, month: int) -> str:
        """A month as a heading: "November 2026"."""
        return f"{self.months[month - 1]} {self.plain_number(year)}"

    def every(self, interval: timedelta) -> str:
        """How often something happens: "every 2 hours"."""
        if interval >= _DAYS and not interval % _DAYS:
            return self.count("every day", "every {n} days", interval // _DAYS)
        if interval >= _HOURS and not interval % _HOURS:
            return self.count("every hour", "every {n} hours", interval // _HOURS)
        minutes = max(1, round(interval / _MINUTES))
        return self.count("every minute", "every {n} minutes", minutes)

    def _digits(self, text: str) -> str:
        own = _DIGITS.get(self.language)
        return text.translate(own) if own else text


def tongue(language: str, translations: NullTranslations) -> Tongue:
    """Make a tongue of a catalog."""
    locale = Locale.parse(_LOCALES.get(language, language))
    wide = locale.months["format"]["wide"]
    months = (_MONTHS.get((language, month), str(wide[month])) for month in range(1, 13))
    return Tongue(
        language=language,
        tag=html_lang(language),
        direction=direction("", language),
        translations=translations,
        months=tuple(name[0].upper() + name[1:] for name in months),
        locale=locale,
    )


def machine_time(moment: datetime) -> str:
    """A moment as HTML's `datetime` takes it: offsets in whole minutes."""
    offset = moment.utcoffset()
    if offset is None or offset % timedelta(minutes=1):
        moment = moment.astimezone(UTC)
    return moment.replace(microsecond=0).isoformat()


def hreflang(edition: Edition) -> str:
    """The language of an edition as a whole: Kurmanji and Sorani together are `ku`."""
    if len(edition.languages) == 1:
        return html_lang(edition.languages[0])
    return "ku" if set(edition.languages) <= {"kmr", "ckb"} else html_lang(edition.words)


def own_name(language: str) -> str:
    """What a language calls itself."""
    try:
        return _NAMES.get(language) or str(Locale.parse(language).display_name).capitalize()
    except (UnknownLocaleError, ValueError):
        return language
