"""Markup too big to be an article's, cut down to what a parser reads in linear time.

html5ever (under nh3) follows the HTML standard, and that is quadratic in places: every `<p>`
looks through all open elements (100,000 nested `<div>` take 17 s), every block repeats all
unclosed formatting elements (10,000 `<b title=N>` before 10,000 `<p>` would make 2 GB), every
attribute is compared with the others of its tag (100,000 take 2 s), every `&` of a text is
looked for from the one before to the end (160,000 take 2 s). Articles are small and pass
by untouched; what is big is written anew from its own tokens: strictly nested, shallow, a few
attributes a tag, so that no input can make the parser work more than in proportion to it.
"""

import re
from itertools import islice

_MANY_TAGS = 1500  # each may cost the others: 1,500 squared is still nothing
_MANY_CHARACTERS = 100_000
_LONG_TEXT = 2000
_DEPTH = 256  # half of what browsers allow
_ATTRIBUTES = 64
_VALUE = 10_000  # characters; addresses are shorter, and data: URIs are dropped anyway

_TOKEN = re.compile(
    r"""<!--.*?(?:-->|\Z)|<[!?][^>]*+>?"""
    r"""|<(/?)([a-z][a-z0-9-]*+)((?:[^>"']++|"[^"]*+"?|'[^']*+'?)*+)>?""",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"""([a-z][a-z0-9:_-]*+)(?:\s*+=\s*+("[^"]*+"?|'[^']*+'?|[^\s"'>]*+))?+""", re.IGNORECASE
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
    | {"source", "track", "wbr"}
)
# Elements whose end is implied by the next of their kind: never deep by themselves.
_IMPLIED = frozenset(
    {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup"}
    | {"colgroup"}
)
# Text with few characters that are escaped in output. A comment after it, dropped later, makes
# the parser begin another text node.
_STRETCH = re.compile("[^&\xa0]*+(?:[&\xa0][^&\xa0]*+){0,200}+")
# Formatting elements, which a parser opens again in every block until they are closed
# (html.spec.whatwg.org 13.2.4.3).
_REPEATED = frozenset(
    {
        "a",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "nobr",
        "s",
        "small",
        "strike",
        "strong",
        "tt",
        "u",
    }
)
_FORMATS = 16
# Elements whose content is not markup; it is dropped.
_RAW = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "noembed", "noframes")
}


def tame(html: str) -> str:
    """Return `html`, or if it is very big, an equivalent of bounded depth and width.

    What is misnested is nested strictly, elements more than 256 deep lose their tags, tags
    their attributes after the 64th, comments and scripts are gone. All text stays.
    """
    if html.count("<") <= _MANY_TAGS and len(html) <= _MANY_CHARACTERS:
        return html
    out: list[str] = []
    stack: list[str] = []
    position = 0
    while token := _TOKEN.search(html, position):
        out.append(_text(html[position : token.start()]))
        position = token.end()
        closing, name = bool(token[1]), (token[2] or "").lower()
        if name in _RAW and not closing:
            end = _RAW[name].search(html, position)
            position = end.start() if end else len(html)
        elif name in _VOID or name in _IMPLIED:
            out.append(f"</{name}>" if closing else _start(name, token[3]))
        elif closing:
            out.extend(_ends(stack, name))
        elif name and _fits(stack, name):  # "": a comment
            stack.append(name)
            out.append(_start(name, token[3]))
    out.append(_text(html[position:]))
    return "".join(out)


def _text(text: str) -> str:
    text = text.replace("<", "&lt;")
    return _STRETCH.sub(r"\g<0><!---->", text) if len(text) > _LONG_TEXT else text


def _fits(stack: list[str], name: str) -> bool:
    if name in _REPEATED and sum(open_ in _REPEATED for open_ in stack) >= _FORMATS:
        return False
    return len(stack) < _DEPTH and name != "plaintext"


def _ends(stack: list[str], name: str) -> list[str]:
    """Close the innermost `name` and all that is open in it; nothing if there is none."""
    if name not in stack:
        return []
    ends: list[str] = []
    while not ends or ends[-1] != f"</{name}>":
        ends.append(f"</{stack.pop()}>")
    return ends


def _start(name: str, attributes: str) -> str:
    """A start tag written so that it can be read in one way only."""
    kept = [name]
    for match in islice(_ATTRIBUTE.finditer(attributes), _ATTRIBUTES):
        value = (match[2] or "")[:_VALUE]
        if value[:1] in {'"', "'"}:
            value = value[1:].removesuffix(value[0])
        value = value.replace('"', "&quot;").replace("<", "&lt;")
        kept.append(f'{match[1].lower()}="{value}"')
    return f"<{' '.join(kept)}>"
