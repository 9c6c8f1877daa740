"""The language of an entry, decided from its words and from what was declared, with the reason.

One algorithm (`decide`): the operator's ``{always: X}`` decides alone. Else the prior is the
operator's `language`, else the entry's tag, else the feed's: publishing software declares
``en-US`` on everything, so the operator comes first. A script that contradicts the prior beats it.
With 200 letters or more a confident detection beats it, with less it stands. Without a prior only
a confident detection on 200 letters counts; what is left is held for a person.

The model (py3langid, pinned: thresholds below were measured on this version) costs half a second
and some 90 MB, so it is loaded when a text needs it first, in the process that needs it. A prior
that the script bears out and a text below 200 letters never do.
"""

import functools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from aggregator.text.kurdish import is_badini, shows
from aggregator.text.script import (
    Script,
    direction,
    dominant,
    letters,
    script_of,
    words_of,
    written_in,
)
from aggregator.text.tags import KURDISH, UNDECIDED, html_lang, normalize_tag, xml_lang

__all__ = [
    "BODY_LETTERS",
    "Decision",
    "Detection",
    "Script",
    "decide",
    "detect",
    "direction",
    "html_lang",
    "normalize_tag",
    "script_of",
    "xml_lang",
]

BODY_LETTERS: Final = 200
"""From so many letters of its main script on, a text can overrule what was declared."""

_CONFIDENT: Final = 0.8
"""The least probability that is believed. The model scales it by length, so it does not saturate.

Measured with py3langid 0.4.0 on 200 letters and more: the 225 paragraphs of our corpus (seven
languages) have 0.988 and more, all right; so have 1,186 entries of 88 recorded feeds (en, fr, ar)
but for 45, of which two are below 0.8, and those are right too. Wrong are lists of Kurdish names
in English, "Kurdish" at 0.59 and 0.71. Of 1,833 shorter English headlines 362 pass, one of them
wrong (Nigerian Pidgin, 0.86). Zazaki, Hawrami and Badini are "Kurdish" at 1.0: `kurdish.shows`.
"""

_LEAST_LETTERS: Final = 15
"""Fewer are a name or two: the model is sure of "أربيل" and "هولير", which are in any language."""

_CLEAR_SHARE: Final = 0.75
"""From this share of the letters on, a text is in one script. Else it is mixed."""

_MAIN_SHARE: Final = 0.6
"""Below this share of the letters the main script's words are not believed to be the text."""

_FIRST: Final = 1000
"""Characters that are looked at: title and first paragraphs, three times what a verdict needs."""

# Labels that are one language to us. Probabilities are summed: the model splits news in standard
# Arabic between `ar`, Moroccan and Egyptian, and Sorani is `sdh` to it, in Arabic letters.
_FAMILY: Final[Mapping[str, str]] = {"ary": "ar", "arz": "ar", "sdh": UNDECIDED, "ku": UNDECIDED}
_NO_LANGUAGE: Final = "zxx"

_ADDRESS_MARKS: Final = ("://", "www.", "@")  # URLs, mail addresses, handles
# C0 and C1 but white space, bidi controls, joiners but ZWNJ, tatweel, surrogates, private use.
_CONTROLS: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u0640\u061c\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ud800-\udfff\ue000-\uf8ff]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """What a text's words alone say.

    `letters` are those of the main script, `probability` is that of `language` among the model's
    140 labels. Only a `confident` detection may overrule what somebody declared.
    """

    language: str | None
    confident: bool
    letters: int
    script: Script
    probability: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The language of an entry and why, for people. None: in doubt, to be held for a person."""

    language: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    """The part of an entry that is looked at, and the letters in it."""

    text: str
    counts: Mapping[Script, int]

    @property
    def script(self) -> Script:
        return dominant(self.counts)

    @property
    def letters(self) -> int:
        return self.counts.get(self.script, 0)

    def share(self, *scripts: Script) -> float:
        total = sum(self.counts.values())
        return sum(self.counts.get(script, 0) for script in scripts) / total if total else 0.0

    @property
    def clear(self) -> Script:
        """The script, as long as the text is not mixed."""
        return self.script if self.share(self.script) >= _CLEAR_SHARE else Script.NONE

    @property
    def long(self) -> bool:
        return self.letters >= BODY_LETTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prior:
    """What was declared, by whom, and what it is in a text of this script."""

    language: str
    said: str

    def __str__(self) -> str:
        return self.said if self.said.endswith(self.language) else f"{self.said} ({self.language})"


def detect(text: str) -> Detection:
    """Say which language a plain text is in, from its words alone. Loads the model."""
    return _detect(_sample("", text))


def decide(
    *,
    title: str,
    text: str,
    prior: str | None = None,
    always: bool = False,
    entry_tag: str | None = None,
    feed_tag: str | None = None,
) -> Decision:
    """Decide the language of one entry.

    Args:
        title: its title, plain text.
        text: its first paragraphs, or all of it, plain text.
        prior: the operator's `language` for the feed, else for the source.
        always: the operator's language decides alone.
        entry_tag: what the entry declares (xml:lang, dc:language).
        feed_tag: what the feed declares.
    """
    sample = _sample(title, text)
    operator = ("operator's prior", prior)
    if always and (declared := _prior(sample, (operator,))):
        if declared.language == UNDECIDED:
            return _held("the operator's language is Kurdish, and the script does not say which")
        return _given(declared.language, "the operator's language always decides")
    tags = (operator, ("entry's tag", entry_tag), ("feed's tag", feed_tag))
    decision = _decide(sample, _prior(sample, tags))
    if decision.language == "ckb" and is_badini(sample.text):
        return _held("Arabic letters, but the words are Kurmanji's and not Sorani's")
    return decision


def _decide(sample: _Sample, prior: _Prior | None) -> Decision:
    if prior is None or prior.language == UNDECIDED:
        return _unaided(sample, prior)
    scripts = written_in(prior.language)
    if sample.counts and scripts and sample.share(*scripts) <= 1 - _CLEAR_SHARE:
        return _contradicted(sample, prior)
    if not sample.long:
        few = f"{sample.letters} letters are too few to overrule it"
        return _given(prior.language, f"{prior} stands, {few}")
    found = _detect(sample)
    if not found.confident:
        return _given(prior.language, f"{prior} stands, the words are in doubt")
    if found.language == prior.language:
        return _given(prior.language, f"{prior} and the words agree")
    return _given(found.language, f"{sample.letters} letters of it overrule {prior}")


def _unaided(sample: _Sample, prior: _Prior | None) -> Decision:
    """Without a prior: a confident detection on a body's length, or nothing."""
    nobody = f"{prior} does not say which Kurdish" if prior else "nobody declared a language"
    if not sample.counts:
        return _held(f"{nobody} and the text has no letters")
    if prior and sample.script not in KURDISH:
        return _held(f"{nobody} and {sample.script.label} letters are out of scope for it")
    if not sample.long:
        return _held(f"{nobody} and {sample.letters} letters are too few to tell")
    found = _detect(sample)
    if not found.confident:
        return _held(f"{nobody} and the words are in doubt")
    return _given(found.language, f"{nobody}, {sample.letters} letters of it decide")


def _contradicted(sample: _Sample, prior: _Prior) -> Decision:
    """The script beats the prior: the words decide among the languages of that script.

    Kurdish of the one kind declared and Kurdish of the other kind found is the common case: one
    outlet, one feed for both. There the words need not be confident, only Kurdish.
    """
    why = f"{sample.script.label} letters contradict {prior}"
    kurdish = prior.language in KURDISH.values()
    if kurdish and sample.script not in KURDISH:
        return _held(f"{why}, and Kurdish in them is out of scope")
    found = _detect(sample)
    if found.confident or (kurdish and found.language and found.language == _kurdish(sample)):
        return _given(found.language, why)
    return _held(f"{why}, and the words are in doubt")


def _given(language: str | None, why: str) -> Decision:
    return Decision(language=language, reason=f"{language}: {why}")


def _held(why: str) -> Decision:
    return Decision(language=None, reason=f"held: {why}")


def _prior(sample: _Sample, tags: tuple[tuple[str, str | None], ...]) -> _Prior | None:
    """The first tag that says something. `ku` becomes the Kurdish that the script tells.

    In mixed letters the words tell, whichever Kurdish was declared: a Sorani headline may hold
    more letters of Latin names than of its own.
    """
    for whose, tag in tags:
        language = normalize_tag(tag)
        if language is None:
            continue
        said = f"the {whose} {language}"
        if sample.clear in KURDISH:
            language = normalize_tag(tag, script=sample.clear) or language
        elif sample.clear is Script.NONE and language in {UNDECIDED, *KURDISH.values()}:
            language = _shown(sample) or language
        return _Prior(language=language, said=said)
    return None


# --- reading the text -----------------------------------------------------------------------


def _sample(title: str, text: str) -> _Sample:
    """Title and first paragraphs, without what belongs to no language.

    A text that repeats its title, as the descriptions of many feeds do, is not longer for that.
    """
    title, text = title[:_FIRST].strip(), text[: 2 * _FIRST].strip()
    whole = text if text.startswith(title) else f"{title}\n{text}"
    cleaned = _clean(whole)[:_FIRST]
    return _Sample(text=cleaned, counts=letters(cleaned))


def _clean(text: str) -> str:
    """Strip addresses, controls and tatweel; write Sorani's vowel as one letter.

    Presentation forms and letters dressed up for social media become plain ones (NFKC). Sorani
    typed on old keyboards has heh and a zero-width non-joiner for U+06D5: without this the
    words fall apart at every vowel.
    """
    words = (w for w in text.split() if not any(mark in w for mark in _ADDRESS_MARKS))
    text = unicodedata.normalize("NFKC", " ".join(words))
    return _CONTROLS.sub("", text.replace("ه\u200c", "ە"))


# --- the model ------------------------------------------------------------------------------


@functools.cache
def _identifier() -> Any:
    """Load the model: half a second, some 90 MB, once a process and only if it is needed."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - loads numpy

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _rank(text: str) -> tuple[str, float]:
    """The likeliest language, with those that are one to us folded into one."""
    ranked: defaultdict[str, float] = defaultdict(float)
    for label, probability in _identifier().rank(text):
        ranked[_FAMILY.get(label, label)] += probability
    return max(ranked.items(), key=lambda item: item[1])


def _detect(sample: _Sample) -> Detection:
    script = sample.script
    if script is Script.NONE:
        return Detection(language=None, confident=False, letters=0, script=script)
    label, probability = _rank(words_of(sample.text, script))
    language = {UNDECIDED: KURDISH.get(script), _NO_LANGUAGE: None}.get(label, label)
    confident = (
        language is not None
        and probability >= _CONFIDENT
        and sample.letters >= _LEAST_LETTERS
        and sample.share(script) >= _MAIN_SHARE
        and script in (written_in(language) or (script,))
        and (language not in KURDISH.values() or _kurdish(sample) == language)
    )
    return Detection(
        language=language,
        confident=confident,
        letters=sample.letters,
        script=script,
        probability=round(probability, 6),
    )


def _kurdish(sample: _Sample) -> str | None:
    """The Kurdish of the text's script, if the text shows that it is that."""
    language = KURDISH.get(sample.script)
    return language if language and shows(sample.text, language, body=sample.long) else None


def _shown(sample: _Sample) -> str | None:
    """The one Kurdish that a text in mixed letters shows; None where it shows both or neither."""
    found = [code for code in KURDISH.values() if shows(sample.text, code, body=sample.long)]
    return found[0] if len(found) == 1 else None
