"""Which IRI names an entry: the publisher's where it can, else one that is minted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Entry, EntryKey, Html, Identity
from aggregator.syndicate.mint import is_sound, mint, minted


def entry(guid: str, identity: Identity = Identity.GUID) -> Entry:
    return Entry(
        key=EntryKey(source_id="a", guid=guid),
        identity=identity,
        digest="1:0",
        address=None,
        same_story=None,
        link=None,
        title="Title",
        standfirst="",
        body=Html(""),
        published=None,
        updated=None,
        byline=(),
        lead_image=None,
        enclosures=(),
        categories=(),
        rights=None,
        license=None,
        language="en",
        language_reason="prior",
        origin=None,
    )


GOES_OUT = [
    "https://a.example/?p=1",
    "http://www.a.example:8080/2025/07/x.html#y",
    "https://a.example/%D8%B4%D8%A7/x",
    "https://a.example/a%2Fb",
    "tag:a.example,2025-07-13:/archives/1",
    "tag:blogger.com,1999:blog-1.post-2",
    "tag:editor@a.example,2025:x",
    "urn:uuid:48564d26-dbaf-4592-810b-4c4c3aae3056",
    "urn:isbn:0451450523",
]
IS_MINTED = [
    "",
    "4711",
    "a.example/?p=1",
    "https://a.example",  # no path: every URL library writes one
    "https://a.example/",  # a home page
    "https://a.example/#",
    "HTTPS://a.example/1",
    "https://A.example/1",
    "https://a.example:443/1",
    "https://a.example:/1",
    "https://user@a.example/1",
    "https://a.example/a b",
    "https://a.example/ش",  # an IRI, but one that tools rewrite
    "https://a.example/%d8%b4",
    "https://a.example/%7Eme",
    "https://a.example/%FF",
    "https://a.example/e%CC%81",
    "https://a.example/%2541",
    "https://a.example/a/../b",
    "https://a.example/<b>",
    "https://a.example/[1]",
    "http://localhost/?p=1",
    "http://localhost:8000/?p=1",
    "http://wp.local/?p=1",
    "http://192.168.1.2/?p=1",
    "http://[::1]/?p=1",
    "https://a.example/1\n",
    "https://a.example/" + "x" * 2000,
    "tag:a.example:x",
    "tag:A.example,2025:x",
    "tag:a.example,2025:",
    "urn:uuid:1234",
    "urn:x:a b",
    "ftp://a.example/1",
    "javascript:alert(1)",
    "mailto:a@a.example",
]


@pytest.mark.parametrize("guid", GOES_OUT)
def test_a_publishers_sound_id_goes_out_as_it_is(guid):
    first, fallback = mint(entry(guid))
    assert (first, fallback) == (guid, minted("a", guid))


@pytest.mark.parametrize("guid", IS_MINTED)
def test_another_is_replaced_by_a_minted_one(guid):
    first, fallback = mint(entry(guid))
    assert first == fallback == minted("a", guid)
    assert is_sound(first)


@pytest.mark.parametrize("identity", [Identity.LINK, Identity.HASH])
def test_a_guid_of_ours_is_no_id_of_the_publishers(identity):
    first, fallback = mint(entry("https://a.example/?p=1", identity))
    assert first == fallback


def test_minted_ids_are_the_same_for_ever_and_each_entrys_own():
    assert minted("the-cradle", "4711") == "urn:uuid:cfad6a88-a778-51ad-8823-9fbe8e110b89"
    assert minted("a", "b c") != minted("a-b", "c")
    assert len({minted("a", guid) for guid in ("", " ", "\ud800", "\ud801", "x")}) == 5


@given(st.text(), st.text())
def test_whatever_the_guid_the_id_is_sound(guid, other):
    first, fallback = mint(entry(guid))
    assert is_sound(first)
    assert is_sound(fallback)
    assert (minted("a", guid) == minted("a", other)) == (guid == other)
