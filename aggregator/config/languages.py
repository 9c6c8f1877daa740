"""The language codes that feeds.yaml may use, and what people write instead of them.  Pure.

ISO 639-1, with Kurdish told apart: `kmr` and `ckb` are what entries are filed under, `ku` stands
for both where the script of each entry is to decide.
"""

import difflib
import re

from aggregator.text.tags import normalize_tag

_ISO_639_1 = """
aa Afar|ab Abkhazian|ae Avestan|af Afrikaans|ak Akan|am Amharic|an Aragonese|ar Arabic|as Assamese
av Avaric|ay Aymara|az Azerbaijani|ba Bashkir|be Belarusian|bg Bulgarian|bi Bislama|bm Bambara
bn Bengali|bo Tibetan|br Breton|bs Bosnian|ca Catalan|ce Chechen|ch Chamorro|co Corsican|cr Cree
cs Czech|cu Church Slavonic|cv Chuvash|cy Welsh|da Danish|de German|dv Divehi|dz Dzongkha|ee Ewe
el Greek|en English|eo Esperanto|es Spanish|et Estonian|eu Basque|fa Persian|ff Fulah|fi Finnish
fj Fijian|fo Faroese|fr French|fy Western Frisian|ga Irish|gd Scottish Gaelic|gl Galician
gn Guarani|gu Gujarati|gv Manx|ha Hausa|he Hebrew|hi Hindi|ho Hiri Motu|hr Croatian|ht Haitian
hu Hungarian|hy Armenian|hz Herero|ia Interlingua|id Indonesian|ie Interlingue|ig Igbo
ii Sichuan Yi|ik Inupiaq|io Ido|is Icelandic|it Italian|iu Inuktitut|ja Japanese|jv Javanese
ka Georgian|kg Kongo|ki Kikuyu|kj Kuanyama|kk Kazakh|kl Kalaallisut|km Khmer|kn Kannada|ko Korean
ks Kashmiri|kv Komi|kw Cornish|ky Kyrgyz|la Latin|lb Luxembourgish|lg Ganda
li Limburgish|ln Lingala|lo Lao|lt Lithuanian|lu Luba-Katanga|lv Latvian|mg Malagasy
mh Marshallese|mi Maori|mk Macedonian|ml Malayalam|mn Mongolian|mr Marathi|ms Malay|mt Maltese
my Burmese|na Nauru|nb Norwegian Bokmål|nd North Ndebele|ne Nepali|ng Ndonga|nl Dutch
nn Norwegian Nynorsk|no Norwegian|nr South Ndebele|nv Navajo|ny Chichewa|oc Occitan|oj Ojibwa
om Oromo|or Oriya|os Ossetian|pa Panjabi|pi Pali|pl Polish|ps Pashto|pt Portuguese|qu Quechua
rm Romansh|rn Rundi|ro Romanian|ru Russian|rw Kinyarwanda|sa Sanskrit|sc Sardinian|sd Sindhi
se Northern Sami|sg Sango|si Sinhala|sk Slovak|sl Slovenian|sm Samoan|sn Shona|so Somali
sq Albanian|sr Serbian|ss Swati|st Southern Sotho|su Sundanese|sv Swedish|sw Swahili|ta Tamil
te Telugu|tg Tajik|th Thai|ti Tigrinya|tk Turkmen|tl Tagalog|tn Tswana|to Tonga|tr Turkish
ts Tsonga|tt Tatar|tw Twi|ty Tahitian|ug Uyghur|uk Ukrainian|ur Urdu|uz Uzbek|ve Venda
vi Vietnamese|vo Volapük|wa Walloon|wo Wolof|xh Xhosa|yi Yiddish|yo Yoruba|za Zhuang|zh Chinese
zu Zulu
"""

NAMES: dict[str, str] = {
    "kmr": "Kurmanji, Northern Kurdish",
    "ckb": "Sorani, Central Kurdish",
    "ku": "Kurdish of either kind, told apart by script",
    **dict(row.split(" ", 1) for row in _ISO_639_1.strip().replace("\n", "|").split("|")),
}

KURDISH = ("kmr", "ckb")
"""What `ku` stands for, in the order in which an edition names them."""

# How a language calls itself: the default title of an edition ends with it.
OWN_NAMES = {
    "en": "English",
    "fr": "Français",
    "kmr": "Kurmancî",
    "ckb": "کوردی",
    "ku": "Kurdî · کوردی",
    "ar": "العربية",
    "de": "Deutsch",
    "fa": "فارسی",
    "tr": "Türkçe",
}

# Right codes that are more often meant otherwise by people who follow Kurdish outlets. (`kr`,
# Kanuri, is not in the list above at all: the program reads that tag as Kurdish.)
OFTEN_MEANT_OTHERWISE = {"so": "`so` is Somali; Sorani is ckb"}


_BETWEEN_SIGNS = " ,;/|+&\N{ARABIC COMMA}\N{ARABIC SEMICOLON}\N{FULLWIDTH COMMA}"
_BETWEEN = re.compile(f"[{_BETWEEN_SIGNS}]+")


def expand(code: str) -> tuple[str, ...]:
    """The codes that entries are filed under: two for `ku`, else the code itself."""
    return KURDISH if code == "ku" else (code,)


def own_name(code: str) -> str:
    """How the language calls itself, or its English name."""
    return OWN_NAMES.get(code, NAMES[code])


def several(written: str) -> tuple[str, ...]:
    """The codes in one text that holds two or more, `en; ar`; else none."""
    parts = _BETWEEN.split(written.strip(_BETWEEN_SIGNS))
    codes = [part if part in NAMES else guess(part) for part in parts]
    known = tuple(code for code in codes if code)
    return tuple(dict.fromkeys(known)) if 1 < len(parts) == len(known) else ()


def guess(written: str) -> str | None:
    """The code that was probably meant by something that is not one."""
    code = normalize_tag(written)
    if code in NAMES:
        return code
    names = {name.lower().split(",")[0]: code for code, name in NAMES.items()}
    names |= {name.lower(): code for code, name in OWN_NAMES.items()}
    near = difflib.get_close_matches(written.strip().lower(), names, n=1, cutoff=0.8)
    return names[near[0]] if near else None
