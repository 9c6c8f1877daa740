"""The HTML of the review page. Pure.

In English, like the command line; the articles stand in their own language and direction. Nothing
is loaded from anybody: no image of a publisher's, no script.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from aggregator.model import Entry
from aggregator.serve.review.forms import Said
from aggregator.serve.review.sessions import Session
from aggregator.store import Dossier, Held
from aggregator.text.excerpt import excerpt
from aggregator.text.html import plain, without_media
from aggregator.text.language import direction, html_lang

STYLE: Final = (files("aggregator.serve.review") / "templates" / "review.css").read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A held entry in the list."""

    held: Held
    outlet: str
    lang: str
    dir: str
    teaser: str


class Pages:
    """Lays out the pages.

    Args:
        title: the site's.
        outlets: names of sources, by id.
        languages: those that some edition shows, by code: what they are called.
    """

    def __init__(
        self, title: str, outlets: Mapping[str, str], languages: Mapping[str, str]
    ) -> None:
        self._outlets = outlets
        environment = Environment(
            loader=PackageLoader("aggregator.serve.review", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(site=title, languages=languages)
        environment.filters["moment"] = _moment
        self._environment = environment

    def login(self, *, problem: str = "", who: str = "") -> str:
        """Ask for name and password."""
        return self._render("login.html", session=None, problem=problem, who=who)

    def queue(
        self,
        session: Session,
        found: tuple[Held, ...],
        *,
        delayed: tuple[Held, ...],
        total: int,
        source: str,
        older: int | None,
        notice: str = "",
    ) -> str:
        """List what waits.

        Args:
            session: whose.
            found: some of what waits.
            delayed: what appears by itself later.
            total: how much waits.
            source: the id of the only source that is listed, or "".
            older: where the next page begins.
            notice: what was done just now.
        """
        return self._render(
            "queue.html",
            session=session,
            rows=[self._row(one) for one in found],
            delayed=[self._row(one) for one in delayed],
            total=total,
            source=source,
            outlet=self._outlets.get(source, source),
            older=older,
            notice=notice,
        )

    def entry(
        self,
        session: Session,
        dossier: Dossier,
        form: Said,
        *,
        problem: str = "",
        notice: str = "",
    ) -> str:
        """Show an entry as it would appear, with what is known of it, and ask what to do."""
        entry = dossier.entry
        lang, side = _turned(entry, dossier.language)
        return self._render(
            "entry.html",
            session=session,
            dossier=dossier,
            entry=entry,
            outlet=self._outlets.get(dossier.source_id, dossier.source_id),
            lang=lang,
            dir=side,
            body=without_media(entry.body),
            byline=", ".join(person.name for person in entry.byline),
            form=form,
            problem=problem,
            notice=notice,
        )

    def message(self, session: Session | None, heading: str, text: str) -> str:
        """Say something and nothing else."""
        return self._render("message.html", session=session, heading=heading, text=text)

    def _row(self, held: Held) -> Row:
        lang, side = _turned(held.entry, held.entry.language)
        text = held.entry.standfirst or plain(held.entry.body)
        return Row(
            held=held,
            outlet=self._outlets.get(held.source_id, held.source_id),
            lang=lang,
            dir=side,
            teaser=excerpt(text, words=30),
        )

    def _render(self, name: str, **values: Any) -> str:
        return self._environment.get_template(name).render(**values)


def _turned(entry: Entry, language: str | None) -> tuple[str, str]:
    """Return the language and the direction in which an entry is shown."""
    side = direction(f"{entry.title} {entry.standfirst}", language)
    return "" if language is None else html_lang(language), side


def _moment(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M}"
