"""Statements of rights: do they forbid to reproduce? Pure.

"All rights reserved" is the ordinary state of any text and forbids nothing by itself. A ban is one
that says so: reproduction is prohibited, no part may be copied, not for republication.
"""

import re
from dataclasses import dataclass
from typing import Final

from aggregator.text.agencies import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """What a statement forbids."""

    whole_or_part: bool  # it says that it means parts too
    without_leave: bool  # only to those who did not ask: "without written permission"


def ban(statement: str) -> Ban | None:
    """Read a statement of rights in any of our languages; None: it forbids nothing."""
    text = folded(statement[:_LONGEST])
    if not any(pattern.search(text) for pattern in _BANS):
        return None
    return Ban(
        whole_or_part=any(pattern.search(text) for pattern in _PARTS),
        without_leave=any(pattern.search(text) for pattern in _LEAVES),
    )


_LONGEST: Final = 2000  # characters that are read

# Patterns over folded letters: no accents, no case, one letter for each of ة/ە/ه, ى/ی/ێ/ئ/ي,
# أ/إ/آ/ا, ۆ/ؤ/و, ک/ك, ڵ/ل, ڕ/ر.

_EN_ACTS = r"(?:reproduction|republication|republishing|redistribution|reprinting|copying)"
_EN_NOT = r"(?:prohibited|forbidden|not (?:permitted|allowed|authori[sz]ed))"
_EN_DONE = r"(?:reproduced|republished|redistributed|published|copied|reprinted|retransmitted)"
_FR_ACTS = r"(?:reproduction|republication|rediffusion|diffusion|reprise|utilisation|copie)s?"
_AR_NOT = r"(?:يمنع|ممنوع|تمنع|يحظر|محظور|تحظر|لا يجوز|لا يسمح|لا يحق|غير مسموح|غير جايز)"
_AR_ACTS = r"(?:نشر|نسخ|اقتباس|استنساخ|طباعه|نقل|توزيع)"
_KMR_ACTS = r"(?:wesandin|belavkirin|kopikirin|jiberwergirtin|jibergirtin|bikaranin|wergirtin)"
_KMR_NOT = r"(?:nay(?:e|en)|nabe|nikar\w+ (?:were|bene|be)|qedexe ye)"
_CKB_ACTS = r"(?:بلاوكردنهوه|كوپيكردن|كوپي كردن|لهبهرگرتنهوه|بهكارهينان|وهرگرتن|گواستنهوه)"
_CKB_NOT = r"(?:قهدهغه|ياساغ|ريگه ?پي?دراو نيي?ه|ريگه نادريت|نابيت)"

_BANS: Final = tuple(
    re.compile(pattern)
    for pattern, _ in (
        (rf"\b{_EN_ACTS}\b[^.]{{0,120}}?\b{_EN_NOT}", "Reproduction is strictly prohibited"),
        (rf"\b(?:may|must|can|shall) ?not be [^.]{{0,60}}?\b{_EN_DONE}", "may not be copied"),
        (rf"\bno (?:part|portion)\b[^.]{{0,80}}?\bbe [^.]{{0,40}}?\b{_EN_DONE}", "No part ..."),
        (
            r"\b(?:not for|do not|no) (?:reproduc|republi[sc]|redistribut|reprint|copy)",
            "no copying",
        ),
        (
            r"\b(?:prohibited|forbidden) to (?:reproduce|republish|copy|reprint)",
            "forbidden to copy",
        ),
        (rf"\b{_FR_ACTS}\b[^.]{{0,120}}?\b(?:interdit|prohibe|defendu)e?s?\b", "copie interdite"),
        (
            r"\b(?:interdit|interdiction|defense) de (?:reprodui|copi|republi|diffus)",
            "interdit de",
        ),
        (
            r"\bne peu(?:t|vent) [^.]{0,40}?\b(?:reprodui|republi|rediffus|copi)",
            "ne peut être copié",
        ),
        (rf"{_AR_NOT}\b[^.]{{0,60}}?{_AR_ACTS}", "يمنع إعادة النشر"),
        (rf"{_AR_ACTS}[^.]{{0,60}}?{_AR_NOT}", "النسخ محظور"),
        (
            rf"\b{_KMR_ACTS}\w*[^.]{{0,80}}?\b(?:qedexe|yasax|nabe|ne serbest)",
            "belavkirin qedexe ye",
        ),
        (rf"\b{_KMR_NOT}\b[^.]{{0,40}}?\b{_KMR_ACTS}", "nayê weşandin"),
        (rf"{_CKB_ACTS}\w*[^.]{{0,80}}?{_CKB_NOT}", "بڵاوکردنەوەی قەدەغەیە"),
        (rf"{_CKB_NOT}[^.]{{0,60}}?(?:بلاو|كوپي|لهبهر|بهكار)", "نابێت بڵاو بکرێتەوە"),
    )
)
_PARTS: Final = tuple(
    re.compile(pattern)
    for pattern, _ in (
        (
            r"\bwhole or (?:in )?part|\bin (?:full|whole)[, ]+or (?:in )?part",
            "in whole or in part",
        ),
        (
            r"\bin part or (?:in )?whole|\bpart or all\b|\ball or (?:any )?part",
            "in part or in whole",
        ),
        (r"\b(?:any|no|even a?) ?(?:part|portion)\b|\bpartial", "any part"),
        (r"\btotale?s? ou partielle?|\bpartiel(?:le)?s? ou total", "totale ou partielle"),
        (r"\ben tout ou (?:en )?partie|\btout ou partie", "en tout ou en partie"),
        (r"\bmeme partiel|\baucune partie", "même partielle"),
        (r"كلي?ا? او جز[ءي]|جزييا? او كلي|كلا? او جزء", "كليا أو جزئيا"),
        (r"اي جزء|كامل\w* او جز|جزء منه", "أي جزء"),
        (r"\bbi temami an\b|\bhemu an\b|\btevahi an\b", "bi temamî an beşekî"),
        (r"\bt[ui] besek|\bbesek ji\b|\bqismi\b", "tu beşek"),
        (r"تهواو\w* يان|ههموو\w* يان|سهرجهم\w* يان|گشت\w* يان بهش", "بە تەواوی یان بەشێک"),
        (r"بهشيك", "هیچ بەشێکی"),
    )
)
_LEAVES: Final = tuple(
    re.compile(pattern)
    for pattern, _ in (
        (
            r"\b(?:without|unless|except)\b[^.]{0,80}?\b(?:permission|consent)",
            "without permission",
        ),
        (
            r"\b(?:without|unless|except)\b[^.]{0,80}?\b(?:authori[sz]|licen[cs]e|agree|approv)",
            "unless authorized",
        ),
        (
            r"\b(?:sans|sauf)\b[^.]{0,60}?\b(?:autorisation|accord|permission|consentement)",
            "sans autorisation",
        ),
        (r"(?:دون|بغير|من غير|الا ب)[^.]{0,40}?(?:اذن|موافقه|ترخيص|تصريح)", "دون إذن"),
        (r"\bbe(?:yi)? (?:\w+ ){0,2}destur|\bbedestur|\bheta [^.]{0,30}destur", "bê destûr"),
        (r"(?:بهبي|بي) [^.]{0,30}?(?:مولهت|ريگه|رهزامهندي|موافهقهت)", "بەبێ مۆڵەت"),
    )
)
