"""May this entry appear? Pure: a screened entry and its source in, a verdict with reasons out.

Rights are not judged here: they are enforced where text goes out (`syndicate.editions`), so that
a changed right changes what is already published.
"""

from aggregator.model import Entry, Ruling, Screened, Source, Verdict


def judge(screened: Screened, source: Source) -> Verdict:
    """Say whether an entry is published, held for a person or dropped, and why.

    The first of drop, hold, publish that has a reason wins; every reason is kept for people, those
    of the operator's rules (`filters`) among them. A rule that publishes ends the rules after it,
    and no more: what cannot be published is not.
    """
    entry = screened.entry
    dropped = tuple(_dropped(entry))
    held = tuple(_held(entry))
    noted = (*screened.reasons, *(f"flag: {flag}" for flag in entry.flags))
    if dropped or screened.ruling is Ruling.DROP:
        return Verdict(ruling=Ruling.DROP, reasons=dropped + noted)
    if held or screened.ruling is Ruling.HOLD:
        return Verdict(ruling=Ruling.HOLD, reasons=held + noted)
    shown = f"rights of {source.id}: {source.rights.allows}"
    return Verdict(ruling=Ruling.PUBLISH, reasons=(entry.language_reason, shown, *noted))


def _dropped(entry: Entry) -> list[str]:
    """Nothing to show, or nothing to point at: RFC 4287 4.1.2 wants a title and one of both."""
    reasons = []
    if not entry.title:
        reasons.append("it has neither a title nor any words to make one from")
    if entry.link is None and not entry.body and not entry.standfirst:
        reasons.append("it has neither an address nor a text")
    return reasons


def _held(entry: Entry) -> list[str]:
    if entry.language is None:
        return [f"language in doubt: {entry.language_reason}"]
    return []
