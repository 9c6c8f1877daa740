"""The walk through a publisher's markup that makes it what may leave this program.

nh3 has parsed and filtered before: the walk reads its output, which is canonical (elements of
`aggregator.text.elements`, strictly nested, attributes in double quotes, no `<` or `>` but in
tags), and so can go through it with one regular expression, without recursion, in linear time.
It does what a filter by element and attribute cannot: links and media made absolute or dropped,
lazy images and embeds resolved, elements left empty removed.

nh3 guarantees that nothing runs. The walk only takes away, renames, and writes addresses that
`aggregator.text.urls.absolute` made, so it cannot undo that; and it holds to the allow-list
itself, so that it need not trust how nh3 writes.
"""

import re
from collections import Counter
from dataclasses import dataclass
from html import unescape

from aggregator.text import elements, media
from aggregator.text.characters import clean_text
from aggregator.text.urls import absolute, without_tracking

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9-]*)([^>]*)>")
_ATTRIBUTE = re.compile(r' ([a-z-]+)="([^"]*)"')
_BLANK = re.compile("(?:\\s|&nbsp;|[\u200b-\u200f\u2060\u00ad\u061c])*")


@dataclass(slots=True)
class _Open:
    """An element that has begun."""

    name: str  # as read
    tag: str  # as written; "" where only its content is kept
    mark: int  # where its start tag stands in the output
    weight: int = 0  # of its content: 0 nothing to see, 1 a caption, 2 text or media
    spaced: bool = False  # it holds whitespace, which may part words
    spare: str | None = None  # a picture's best address, for an img without one


class Walk:
    """One walk through canonical markup."""

    def __init__(self, base: str | None, *, with_media: bool = True) -> None:
        self.unsettled = False  # a parser may nest the output otherwise: parse it again
        self._base = base
        self._with_media = with_media
        self._out: list[str] = []
        self._stack = [_Open("", "", 0)]
        self._counts: Counter[str] = Counter()  # of written elements that are open
        self._player: _Open | None = None  # the picture, video or audio around
        self._noscript = 0
        # The last image and whether it was in a noscript, while nothing to see came after it.
        self._last: tuple[media.Image, bool] | None = None

    def through(self, markup: str) -> str:
        """Return what may be published of `markup`."""
        position = 0
        for token in _TOKEN.finditer(markup):
            if token.start() > position:
                self._text(markup[position : token.start()])
            position = token.end()
            closing, name, rest = token.groups()
            if not closing:
                self._start(name, {n: unescape(v) for n, v in _ATTRIBUTE.findall(rest)})
            elif len(self._stack) > 1:
                self._end()
        self._text(markup[position:])
        return "".join(self._out).strip()

    def _text(self, text: str) -> None:
        parent = self._stack[-1]
        if self._begins_pre():
            text = text.lstrip("\n")
        if self._player or not text:
            return  # what a player says to browsers that cannot play
        if _BLANK.fullmatch(text):
            parent.spaced = True
        else:
            parent.weight = 2
            self._last = None
        # No "<" is here unless nh3's parser, as those before 2025, leaves it in attributes.
        self._out.append(text.replace("<", "&lt;"))

    def _begins_pre(self) -> bool:
        """Whether a line break written now would be dropped by the next parser."""
        return bool(self._out) and self._out[-1].startswith("<pre")

    def _start(self, name: str, attributes: media.Attributes) -> None:
        match name:
            case "img":
                self._image(attributes)
            case "source":
                self._source(attributes)
            case "br" | "wbr" | "hr" | "col":
                self._void(name, attributes)
            case "picture" | "video" | "audio":
                self._open_player(name, attributes)
            case _ if self._player:
                self._push(name, "", "")
            case "a":
                self._open_link(attributes)
            case _:
                if name == elements.EMBED:
                    self._embed(attributes)
                tag = self._tag(name)
                self._push(name, tag, self._kept(attributes) if tag else "")

    def _tag(self, name: str) -> str:
        """The tag that `name` gets in this place; "" if only its content stays."""
        if name not in elements.TAGS:
            return ""  # never of nh3: see `_text`
        if name == "figcaption":
            return name if self._counts["figure"] else "div"
        if name in elements.PLACES and self._around() not in elements.PLACES[name]:
            return "div" if name in elements.BLOCK else ""
        return elements.RENAMED.get(name, name)

    def _around(self) -> str:
        """The innermost tag that was written; "" outside of all."""
        return next(node.tag for node in reversed(self._stack) if node.tag or not node.name)

    def _push(self, name: str, tag: str, written: str) -> _Open:
        """Open an element; a tag that cannot stay leaves its content to what is around it."""
        if len(self._stack) > elements.DEPTH:
            tag = ""
        node = _Open(name, tag, len(self._out))
        if tag:
            self._unsettle(tag)
            self._counts[tag] += 1
            self._out.append(f"<{tag}{written}>")
        self._stack.append(node)
        self._noscript += name == elements.NOSCRIPT
        return node

    def _unsettle(self, tag: str) -> None:
        """Note when a parser would end an open element before `tag`.

        That happens where an element between them was taken away; the parser then has to see
        the result again, or it would read it differently from what was meant.
        """
        counts = self._counts
        if tag in elements.ENDS_P and counts["p"]:
            self.unsettled = True
        elif tag in elements.HEADINGS:
            self.unsettled |= any(counts[heading] for heading in elements.HEADINGS)

    def _end(self) -> None:
        node = self._stack.pop()
        self._noscript -= node.name == elements.NOSCRIPT
        parent = self._stack[-1]
        if node is self._player:
            self._player = None
            if node.tag == "picture" and node.weight < 2 and node.spare:
                self._write_image(node, media.Image(attributes={"src": node.spare, "alt": ""}))
        if node.tag:
            self._counts[node.tag] -= 1
            if (
                node.weight < (2 if node.tag == "figure" else 1)
                and node.tag not in elements.KEPT_EMPTY
            ):
                del self._out[node.mark :]
                if node.tag in elements.BLOCK:
                    if not self._begins_pre():
                        self._out.append("\n")
                elif node.spaced:
                    self._out.append(" ")
                    parent.spaced = True
                return
            self._out.append(f"</{node.tag}>")
        # A caption alone does not keep its figure.
        weight = 1 if node.tag == "figcaption" and node.weight else node.weight
        parent.weight = max(parent.weight, weight)
        parent.spaced |= node.spaced

    def _void(self, name: str, attributes: media.Attributes) -> None:
        if self._player:
            return
        if name == "hr":
            self._unsettle(name)
            self._stack[-1].weight = 2
        self._stack[-1].spaced = True
        self._out.append(f"<{name}{self._kept(attributes)}>")

    def _open_link(self, attributes: media.Attributes) -> None:
        """A link, if it leads to an address outside of this text and is in no other link."""
        href = attributes.pop("href", "").strip()
        # "#note" leads to an id, and ids are dropped.
        url = None if href.startswith("#") else absolute(href, self._base)
        if url is None or self._counts["a"]:
            self._push("a", "", "")
            return
        kept = self._kept(attributes)
        self._push("a", "a", f' href="{quoted(without_tracking(url))}"{kept} rel="{elements.REL}"')

    def _embed(self, attributes: media.Attributes) -> None:
        link = media.embed(attributes, self._base) if self._with_media else None
        if link is None or self._player:
            return
        url, words = quoted(without_tracking(link[0])), escaped(link[1])
        written = (
            words if self._counts["a"] else f'<a href="{url}" rel="{elements.REL}">{words}</a>'
        )
        if self._around() in elements.FLOW and not self._counts["p"] and not self._counts["a"]:
            written = f"<p>{written}</p>"
        self._stack[-1].weight = 2
        self._last = None
        self._out.append(written)

    def _open_player(self, name: str, attributes: media.Attributes) -> None:
        """A picture, video or audio: only its sources and its image are kept."""
        if self._player or not self._with_media:
            node = self._push(name, "", "")
            self._player = self._player or node
            return
        if name == "picture":
            self._player = self._push(name, name, "")
            return
        written = self._kept({n: v for n, v in attributes.items() if n in elements.SIZED})
        for attribute in ("src", "poster"):
            url = media.media_file(attributes, attribute, self._base)
            if url and (attribute == "src" or name == "video"):
                written += f' {attribute}="{quoted(url)}"'
        self._player = self._push(name, name, f'{written} controls=""')
        self._player.weight = 2 if ' src="' in written else 0

    def _source(self, attributes: media.Attributes) -> None:
        player = self._player
        if player is None or player is not self._stack[-1] or not player.tag:
            return
        if player.tag == "picture":
            found = media.source(attributes, self._base)
            if found and player.weight < 2:
                player.spare = found[1]
                self._out.append(f"<source{written(found[0])}>")
        elif url := media.media_file(attributes, "src", self._base):
            player.weight = 2
            kept = {"type": attributes["type"]} if "/" in attributes.get("type", "") else {}
            self._out.append(f"<source{written({'src': url} | kept)}>")

    def _image(self, attributes: media.Attributes) -> None:
        player = self._player
        if not self._with_media or (player and (player.tag != "picture" or player.weight == 2)):
            return
        found = media.image(attributes, self._base, spare=player.spare if player else None)
        if found is None:
            return
        if self._repeats(found):
            return
        if found.emoji and not player:
            self._text(escaped(found.emoji))
            return
        rest = {n: v for n, v in attributes.items() if n in elements.ATTRIBUTES["*"]}
        self._write_image(player or self._stack[-1], found, self._kept(rest))

    def _repeats(self, found: media.Image) -> bool:
        """Whether it is what its neighbor, loaded lazily, is without scripts, or the reverse."""
        if self._last is None:
            return False
        before, was_in_noscript = self._last
        pair = (self._noscript and before.lazy) or (was_in_noscript and found.lazy)
        return bool(pair) or before.attributes["src"] == found.attributes["src"]

    def _write_image(self, parent: _Open, found: media.Image, rest: str = "") -> None:
        parent.weight = 2
        self._last = found, self._noscript > 0
        self._out.append(f"<img{written(found.attributes)}{rest}>")

    def _kept(self, attributes: media.Attributes) -> str:
        """The attributes of the allow-list whose values are sound, written out."""
        if not attributes:
            return ""
        kept: media.Attributes = {}
        for name, value in attributes.items():
            if name == "cite":
                url = absolute(value, self._base)
                kept |= {name: without_tracking(url)} if url else {}
            elif name == "title":
                title = clean_text(value)
                kept |= {name: title} if title else {}
            elif name in elements.SIZED:
                size = media.pixels(value)
                kept |= {name: str(size)} if size else {}
            elif name in elements.VALUES and elements.VALUES[name].fullmatch(value.strip()):
                kept[name] = value.strip()
        return written(kept)


def written(attributes: media.Attributes) -> str:
    """Attributes as they stand in a tag."""
    return "".join(f' {name}="{quoted(value)}"' for name, value in attributes.items())


def escaped(text: str) -> str:
    """Text as element content, byte for byte as nh3 writes it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """Text as the value of an attribute in double quotes."""
    return escaped(text).replace('"', "&quot;")
