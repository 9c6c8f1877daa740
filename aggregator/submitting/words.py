"""What is said of an article that is not taken, or that nobody but a person would take. Pure."""

from aggregator.errors import AggregatorError
from aggregator.model import Ruling, Verdict
from aggregator.store import Dossier


class Refused(AggregatorError):  # noqa: N818 - reads as what happened
    """The article was not taken: a sentence why, and what to do."""


def known(url: str, dossier: Dossier) -> str:
    """Say which entry an address is, how it stands, and what can be done."""
    number, emission = dossier.entry_id, dossier.emission
    state, then = _state(dossier)
    where = f", number {emission.sequence}" if emission is not None else ""
    return f"{url} is known: entry {number} of {dossier.source_id}{where}, {state}. {then}"


def _state(dossier: Dossier) -> tuple[str, str]:
    number = dossier.entry_id
    down = dossier.takedown
    if down is not None:
        return (
            f"taken down on {down.taken:%Y-%m-%d} by {down.who} ({down.why})",
            f"`aggregator restore T{down.id} --reason ...` undoes that",
        )
    if dossier.withdrawn is not None:
        return "taken back by its publisher", f"`aggregator explain {number}` says when and why"
    match dossier.verdict.ruling:
        case Ruling.PUBLISH if dossier.emission is not None:
            state = "published"
            return state, f"`aggregator queue edit {number} --why ...` changes it"
        case Ruling.PUBLISH:
            return "to be published", "`aggregator update` publishes"
        case Ruling.HOLD:
            return "held", f"`aggregator queue approve {number}` publishes it"
        case _:
            return (
                f"dropped ({'; '.join(dossier.verdict.reasons)})",
                f"`aggregator queue approve {number}` publishes it all the same",
            )


def waiting(who: str, verdict: Verdict) -> Verdict:
    """What is recorded until a person's ruling is laid over it."""
    return Verdict(ruling=Ruling.HOLD, reasons=(f"submitted by {who}", *verdict.reasons))


def overruled(verdict: Verdict) -> tuple[str, ...]:
    """What the rules would have done with it, had nobody chosen it."""
    if verdict.ruling is Ruling.PUBLISH:
        return ()
    would = "held it" if verdict.ruling is Ruling.HOLD else "dropped it"
    return (f"the rules would have {would}: {'; '.join(verdict.reasons)}",)
