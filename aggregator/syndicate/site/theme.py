"""How the site looks: templates, words and files, ready to be used. Pure.

A `Theme` is made once, by `load`; rendering reads nothing from the disk.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Template, TemplateError
from markupsafe import Markup, escape

from aggregator.errors import PublishError
from aggregator.model import Document
from aggregator.syndicate.site.tongue import Tongue


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Theme:
    """The site's looks."""

    templates: Mapping[str, Template]
    tongues: Mapping[str, Tongue]  # by language
    stylesheet: str  # its path, which holds its fingerprint
    files: tuple[Document, ...]  # the stylesheet, the icon, the operator's own
    favicon: str  # the icon's path

    def tongue(self, language: str) -> Tongue:
        """The words of an interface language, English where we have none."""
        return self.tongues.get(language) or self.tongues["en"]

    def fragment(self, name: str, context: Mapping[str, Any]) -> Markup:
        """Fill in a template whose result goes into others as it is."""
        return Markup(self.render(name, context).strip())  # noqa: S704 - templates escape

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """Fill in a template.

        Raises:
            PublishError: the template asks for what is not there; only one of an operator's can.
        """
        try:
            return self.templates[name].render(context)
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise PublishError(f"the template {name} cannot be filled in: {error}") from error


def fill(message: str, **values: str) -> Markup:
    """Put markup into the places of a message: `{email}` becomes `values["email"]`."""
    text = str(escape(message))
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(escape(value)))
    return Markup(text)  # noqa: S704 - message and values were escaped above
