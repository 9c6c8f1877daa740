"""Language tags: those that publishers declare, the program's own, and those that we write out.

Inside the program an entry's language is an ISO 639 code: `kmr` for Kurmanji, `ckb` for Sorani,
`en`, `fr`, `ar`. What feeds and pages declare is BCP 47 at best; for Kurdish it seldom is.
"""

import re
from collections.abc import Mapping
from typing import Final

from aggregator.text.script import Script

UNDECIDED: Final = "ku"
"""Kurdish, as long as nobody has said which: only a text's script makes it `kmr` or `ckb`."""

KURDISH: Final[Mapping[Script, str]] = {Script.LATIN: "kmr", Script.ARABIC: "ckb"}
"""Which Kurdish is written in which letters. Cyrillic and Yezidi letters are out of scope."""

# Primary subtags that are no code of ours. "sections" are the folders of the outlets' sites, which
# end up as language tags in feeds and in feeds.yaml.
_SYNONYMS: Final[Mapping[str, str]] = {
    # Kurdish that does not say which
    "kur": "ku",  # ISO 639-2
    "kr": "ku",  # sections of Mezopotamya, JinNews; VOA's kr-Latn. ISO 639: Kanuri
    "kurd": "ku",
    "kurdi": "ku",  # sections of Bianet, Pressin
    "kurdî": "ku",
    "kurdish": "ku",
    "kurdisch": "ku",
    "kurde": "ku",
    "kürtçe": "ku",
    "كردي": "ku",
    "كوردی": "ku",
    "کوردی": "ku",
    # Kurmanji
    "kurmanci": "kmr",  # sections of Rudaw, ANF
    "kurmancî": "kmr",
    "kurmanji": "kmr",
    "kmj": "kmr",
    "badini": "kmr",
    "bahdini": "kmr",
    "behdini": "kmr",
    # Sorani; `so` see below
    "sorani": "ckb",  # section of Rudaw
    "soranî": "ckb",
    "سۆرانی": "ckb",
    "sdh": "ckb",  # Southern Kurdish: what py3langid calls Sorani
    # Zazaki is not Kurmanji
    "kirmancki": "diq",
    "kirmanckî": "diq",
    "zazaki": "diq",
    "zazakî": "diq",
    "zza": "diq",
    # ISO 639-2, ISO 639-3 and withdrawn codes
    "eng": "en",
    "fra": "fr",
    "fre": "fr",
    "ara": "ar",
    "arb": "ar",
    "arz": "ar",
    "apc": "ar",
    "acm": "ar",
    "ary": "ar",
    "fas": "fa",
    "per": "fa",
    "pes": "fa",
    "prs": "fa",
    "tur": "tr",
    "deu": "de",
    "ger": "de",
    "iw": "he",  # RFC 5646, registry: deprecated for `he`
    # names
    "english": "en",
    "french": "fr",
    "francais": "fr",
    "français": "fr",
    "arabic": "ar",
    "عربي": "ar",
    "العربية": "ar",
    "persian": "fa",
    "farsi": "fa",
    "فارسی": "fa",
    "turkish": "tr",
    "turkce": "tr",
    "türkçe": "tr",
}

# Tags that mean one thing in ISO 639 and another on Kurdish sites: which of the two they mean can
# be seen from the script. A script that is not named keeps the ISO meaning out of our way: None.
_BY_SCRIPT: Final[Mapping[str, Mapping[Script, str]]] = {
    "ku": KURDISH,
    # ISO 639: Somali, in Latin letters. Sorani on the sites of Mezopotamya and JinNews.
    "so": {Script.ARABIC: "ckb", Script.LATIN: "so"},
}
_UNSEEN: Final[Mapping[str, str]] = {"ku": UNDECIDED, "so": "ckb"}
_SAYS_NOTHING: Final = frozenset({"und", "mul", "mis", "zxx", "x", "i", "root", "default"})

_SUBTAG_SCRIPTS: Final[Mapping[str, Script]] = {
    **{str(script).lower(): script for script in Script if script is not Script.NONE},
    "arabic": Script.ARABIC,
    "latin": Script.LATIN,
}


def normalize_tag(tag: str | None, *, script: Script | None = None) -> str | None:
    """Turn a declared tag into the program's code, or None where it says nothing.

    Args:
        tag: BCP 47 (`en-US`), or what stands in its place in the wild (`kr-Latn`, `sorani`).
        script: the script of the text, which tells Kurmanji from Sorani where the tag does not.

    Returns:
        `kmr`, `ckb`, `en`, ... `ku` stays `ku` when neither the tag nor `script` tells which; it
        is None for a text in letters that no Kurdish we publish is written in.
    """
    subtags = [part for part in re.split(r"[-_.\s@]+", (tag or "").strip().casefold()) if part]
    if not subtags or subtags[0] in _SAYS_NOTHING:
        return None
    primary = _SYNONYMS.get(subtags[0], subtags[0])
    if primary in _BY_SCRIPT:
        return _by_script(primary, subtags[1:], script)
    return primary if re.fullmatch(r"[a-z]{2,3}", primary) else None


def _by_script(primary: str, rest: list[str], script: Script | None) -> str | None:
    """Decide an ambiguous tag by its own subtags (ku-Latn, VOA's ku-CKB), else by the text."""
    for subtag in rest:
        if (code := _SYNONYMS.get(subtag, subtag)) in KURDISH.values():
            return code
    declared = next((_SUBTAG_SCRIPTS[part] for part in rest if part in _SUBTAG_SCRIPTS), script)
    if declared in {None, Script.NONE}:
        return _UNSEEN[primary]
    return _BY_SCRIPT[primary].get(declared or Script.NONE)


def xml_lang(language: str) -> str:
    """The tag that feeds carry: `ku-Latn` for `kmr`, `ku-Arab` for `ckb`, others as they are.

    The W3C feed validator knows primary subtags of two letters only.
    """
    return {code: f"{UNDECIDED}-{script}" for script, code in KURDISH.items()}.get(
        language, language
    )


def html_lang(language: str) -> str:
    """The tag that HTML pages carry: the code itself (`kmr`, `ckb`), which is BCP 47."""
    return language
