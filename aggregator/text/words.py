"""The words of our own that stand around an article, in the languages of the interface. Pure.

A label carries its own punctuation, for the space before a colon and the colon itself are the
language's affair (French sets a no-break space before it). `{outlet}` is where the name of the
outlet goes.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What we say in one language.

    Args:
        source: the label before the outlet's name in the attribution line.
        continue_reading: the text of the link to the rest of the article; holds `{outlet}`.
        license: the label before the licence's name.
        rights: whose the articles of the feed are, as the feed's `atom:rights`.
    """

    source: str
    continue_reading: str
    license: str
    rights: str


WORDS: Mapping[str, Words] = {
    "en": Words(
        source="Source:",
        continue_reading="Continue reading at {outlet}",
        license="License:",
        rights="Each article belongs to its publisher, who is named as its source.",
    ),
    "fr": Words(
        source="Source\u00a0:",
        continue_reading="Lire la suite sur {outlet}",
        license="Licence\u00a0:",
        rights="Chaque article appartient à son éditeur, cité comme source.",
    ),
    "kmr": Words(
        source="Çavkanî:",
        continue_reading="Berdewamiyê li {outlet} bixwînin",
        license="Lîsans:",
        rights="Mafên her gotarê yên weşangerê wê ne, ku wekî çavkanî hatiye nîşandan.",
    ),
    "ckb": Words(
        source="سەرچاوە:",
        continue_reading="درێژەی بابەتەکە لە {outlet} بخوێنەوە",
        license="مۆڵەت:",
        rights="مافی هەر بابەتێک هی بڵاوکەرەوەکەیەتی، کە وەک سەرچاوە ناوی هاتووە.",
    ),
    "ar": Words(
        source="المصدر:",
        continue_reading="تابع القراءة على موقع {outlet}",
        license="الرخصة:",
        rights="حقوق كل مقال محفوظة لناشره المذكور مصدرًا له.",
    ),
}


def words_of(*languages: str) -> tuple[str, Words]:
    """Take the first of `languages` that we have words in, else English.

    Returns:
        The language taken, and its words.
    """
    language = next((language for language in languages if language in WORDS), "en")
    return language, WORDS[language]
