"""The words of our own that stand around an article, in the languages of the interface. Pure.

A label carries its own punctuation, for the space before a colon and the colon itself are the
language's affair (French sets a no-break space before it). `{outlet}` is where the name of an
outlet goes, `{date}` where a day does.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What we say in one language.

    Args:
        source: the label before the outlet's name in the attribution line.
        via: who brought what another published first; holds `{outlet}`.
        also_at: the label before the names of others that have the same story.
        original_at: the label before the first publisher of what was published here from another.
        corrected: that the words changed after they were published; holds `{date}`.
        continue_reading: the text of the link to the rest of the article; holds `{outlet}`.
        license: the label before the licence's name.
        rights: whose the articles of the feed are, as the feed's `atom:rights`.
    """

    source: str
    via: str
    also_at: str
    original_at: str
    corrected: str
    continue_reading: str
    license: str
    rights: str


WORDS: Mapping[str, Words] = {
    "en": Words(
        source="Source:",
        via="via {outlet}",
        also_at="Also at:",
        original_at="Original at:",
        corrected="Corrected on {date}",
        continue_reading="Continue reading at {outlet}",
        license="License:",
        rights="Each article belongs to its publisher, who is named as its source.",
    ),
    "fr": Words(
        source="Source\u00a0:",
        via="via {outlet}",
        also_at="Aussi sur\u00a0:",
        original_at="Original sur\u00a0:",
        corrected="Corrigé le {date}",
        continue_reading="Lire la suite sur {outlet}",
        license="Licence\u00a0:",
        rights="Chaque article appartient à son éditeur, cité comme source.",
    ),
    "kmr": Words(
        source="Çavkanî:",
        via="bi rêya {outlet}",
        also_at="Her wiha li:",
        original_at="Orîjînal li:",
        corrected="Di {date} de hat rastkirin",
        continue_reading="Berdewamiyê li {outlet} bixwînin",
        license="Lîsans:",
        rights="Mafên her gotarê yên weşangerê wê ne, ku wekî çavkanî hatiye nîşandan.",
    ),
    "ckb": Words(
        source="سەرچاوە:",
        via="لە ڕێگەی {outlet}",
        also_at="هەروەها لە:",
        original_at="سەرچاوەی یەکەم:",
        corrected="لە {date} ڕاستکرایەوە",
        continue_reading="درێژەی بابەتەکە لە {outlet} بخوێنەوە",
        license="مۆڵەت:",
        rights="مافی هەر بابەتێک هی بڵاوکەرەوەکەیەتی، کە وەک سەرچاوە ناوی هاتووە.",
    ),
    "ar": Words(
        source="المصدر:",
        via="عبر {outlet}",
        also_at="أيضًا في:",
        original_at="الأصل في:",
        corrected="صُحِّح في {date}",
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
