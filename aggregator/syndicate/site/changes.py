"""What a correction changed in an article, as its page shows it. Pure.

What was removed is struck through, what was added is underlined, and each says so in a word that
only screen readers speak; of what stayed only the words around it are shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup, escape

from aggregator.model import Article, Difference, Fate
from aggregator.syndicate.site.tongue import Tongue
from aggregator.text.language import direction

_AROUND: Final = 8  # words of what stayed, on either side of a change
_MOST: Final = 20  # paragraphs
_LONGEST: Final = 600  # words of all of them together

_FORMS: Final = {
    fate: Markup(f'<{name}><span class="hidden"{{}}>{{}} </span>{{}}</{name}>')  # noqa: S704
    for fate, name in ((Fate.REMOVED, "del"), (Fate.ADDED, "ins"))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedParagraph:
    """One paragraph with what was removed and added in it."""

    html: Markup
    direction: Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """All that is shown of a correction."""

    paragraphs: tuple[ChangedParagraph, ...] = ()
    note: str = ""  # what is said of all that is not shown

    def __bool__(self) -> bool:
        return bool(self.paragraphs or self.note)


def changes_of(article: Article, tongue: Tongue, label_lang: str) -> Changes:
    """Take of an article what changed in it.

    Args:
        article: the article.
        tongue: the words that its labels are in.
        label_lang: the language of these words, where it is not the article's; else "".
    """
    if article.rewritten:
        return Changes(note=tongue.say("The article was rewritten."))
    shown: list[ChangedParagraph] = []
    room = _LONGEST
    for one in article.changes:
        short = tuple(_shortened(one))
        room -= sum(len(text.split()) for _, text in short)
        if len(shown) == _MOST or (shown and room < 0):
            return Changes(
                paragraphs=tuple(shown), note=tongue.say("Only the first changes are shown.")
            )
        shown.append(_paragraph(short, article.item.language, tongue, label_lang))
    return Changes(paragraphs=tuple(shown))


def _shortened(one: Difference) -> Iterable[tuple[Fate, str]]:
    """Leave of what stayed the words next to a change; a paragraph's ends are cut on one side."""
    last = len(one.parts) - 1
    for place, (fate, text) in enumerate(one.parts):
        words = text.split()
        ends = (place > 0) + (place < last)
        if fate is not Fate.SAME or len(words) <= _AROUND * ends + 2:
            yield fate, text
            continue
        before = " ".join(words[:_AROUND]) if place > 0 else ""
        after = " ".join(words[-_AROUND:]) if place < last else ""
        start = " " if text[0].isspace() else ""
        yield fate, f"{start}{before} … {after}" if before else f"… {after}"


def _paragraph(
    parts: Iterable[tuple[Fate, str]], language: str, tongue: Tongue, label_lang: str
) -> ChangedParagraph:
    html = Markup()
    said = Markup(' lang="{}"').format(label_lang) if label_lang else Markup()
    spoken = {Fate.REMOVED: tongue.say("removed:"), Fate.ADDED: tongue.say("added:")}
    whole = []
    for fate, text in parts:
        words = text.strip()
        whole.append(words)
        html += " " if text[:1].isspace() and html else ""
        if fate is Fate.SAME:
            html += escape(words)
            continue
        html += _FORMS[fate].format(said, spoken[fate], words)
    return ChangedParagraph(html=html, direction=direction(" ".join(whole), language))
