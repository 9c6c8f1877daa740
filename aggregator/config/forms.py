"""What all groups of keys have in common, and the forms that a value may take.  Pure."""

from typing import Any

from pydantic import BaseModel, ConfigDict

# The forms that one value may take. Angle brackets keep them apart from keys in a location.
TEXT, LIST, GROUP = "<text>", "<list>", "<group>"


def form(value: Any) -> str:
    """Which of the forms was written."""
    if isinstance(value, (dict, BaseModel)):
        return GROUP
    return LIST if isinstance(value, (list, tuple)) else TEXT


class Shape(BaseModel):
    """A group of keys; any other key is a mistake."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        model_title_generator=lambda shape: shape.__name__.removesuffix("Shape"),
    )
