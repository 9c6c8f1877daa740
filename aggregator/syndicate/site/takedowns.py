"""The public log of what was withdrawn: when, which article, and why. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from aggregator.model import Counterpart, Document, Withdrawn
from aggregator.syndicate.site import addresses
from aggregator.syndicate.site.layout import NOINDEX, Head, Layout, render
from aggregator.syndicate.site.theme import fill
from aggregator.syndicate.site.tongue import machine_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One takedown as the table shows it."""

    time: str
    day: str
    title: str
    outlet: str
    whose: Markup  # what stands in place of a title
    reason: str
    restored: Markup


def takedowns_page(
    layout: Layout,
    withdrawn: Iterable[Withdrawn],
    counterparts: tuple[Counterpart, ...] = (),
) -> Document:
    """Lay out the log, the newest first.

    Search engines are asked not to index it: whoever wants an article gone does not want its
    title found either.
    """
    title = layout.tongue.say("Withdrawn articles")
    newest = sorted(withdrawn, key=lambda one: one.at, reverse=True)
    return render(
        layout,
        "takedowns.html",
        Head(
            title=title,
            path=addresses.takedowns(layout.frame.edition.tag),
            robots=NOINDEX,
            counterparts=counterparts,
        ),
        rows=[_row(layout, one) for one in newest],
    )


def _row(layout: Layout, one: Withdrawn) -> Row:
    tongue = layout.tongue
    everything, single = tongue.say("Everything of {outlet}"), tongue.say("An article of {outlet}")
    outlet = Markup("<bdi>") + one.outlet + Markup("</bdi>")
    restored = Markup()
    if one.restored:
        restored = fill(tongue.say("Restored on {date}"), date=tongue.day(one.restored))
    return Row(
        time=machine_time(one.at),
        day=tongue.day(one.at),
        title="" if one.whole else one.title,
        outlet=one.outlet,
        whose=fill(everything if one.whole else single, outlet=outlet),
        reason=one.reason,
        restored=restored,
    )
