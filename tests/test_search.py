"""What searches find: tests/corpus/search/*.yaml; and how the index behaves."""

import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from aggregator.model import (
    AtomId,
    Enclosure,
    Extent,
    FeedMeta,
    Html,
    Item,
    Person,
    Picture,
    Source,
)
from aggregator.search import Index, NotReady, SearchError, TookTooLong, find, location
from aggregator.search.query import SMALL
from aggregator.text.search import bare, words

CORPUS = Path(__file__).parent / "corpus" / "search"
EDITIONS = {path.stem: YAML(typ="safe").load(path) for path in sorted(CORPUS.glob("*.yaml"))}
START = datetime(2026, 11, 1, tzinfo=UTC)


def item(title, *, hours=0, language="en", authors=(), source="Erbil Post", **more):
    empty = {"summary": "", "opening": "", "body": "", "categories": (), "enclosures": ()}
    given = {**empty, "picture": None, **more}
    return Item(
        id=AtomId(f"tag:center.example,2026:{title[:20]}"),
        title=title,
        link="https://news.example/1",
        language=language,
        published=START + timedelta(hours=hours),
        updated=START + timedelta(hours=hours),
        authors=tuple(Person(name=name) for name in authors),
        source=Source(id="erbil-post", name=source, feeds=()),
        source_meta=FeedMeta(),
        source_updated=None,
        extent=Extent.FULL if given["body"] else Extent.EXCERPT,
        summary=given["summary"],
        opening=given["opening"],
        body=Html(given["body"]),
        enclosures=tuple(given["enclosures"]),
        categories=tuple(given["categories"]),
        rights=None,
        license=None,
        origin=None,
        picture=given["picture"],
    )


def rows(tag):
    """The articles of an edition of the corpus, as the index wants them."""
    edition = EDITIONS[tag]
    for number, (name, written) in enumerate(edition["documents"].items(), 1):
        document = {"language": edition["languages"][0], **written}
        yield tag, number, item(**document, hours=number), f"{tag}/articles/{name}.html"


def names(found):
    return [Path(hit.path).stem for hit in found.hits]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("search") / "search.db"
    with Index.open(path) as index:
        for tag in EDITIONS:
            index.put(rows(tag))
        index.set_stamp("all of it")
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "store" / "search.db"


def filled(path, *items, tag="en"):
    with Index.open(path) as index:
        index.put((tag, n, one, f"{tag}/articles/{n}.html") for n, one in enumerate(items, 1))
        index.set_stamp("filled")


# --- what is found ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "query"),
    [
        pytest.param(tag, query, id=f"{tag}: {query['q']}")
        for tag, edition in EDITIONS.items()
        for query in edition["queries"]
    ],
)
def test_a_query_finds_these_articles_and_no_others(corpus, tag, query):
    found = find(corpus, tag, query["q"])
    assert sorted(names(found)) == sorted(query["finds"])
    assert found.total == len(query["finds"])
    if "first" in query:
        assert names(found)[0] == query["first"]


@pytest.mark.parametrize("tag", ["en", "fr", "kmr", "ckb", "ar"])
def test_every_language_has_its_share_of_the_corpus(tag):
    edition = EDITIONS[tag]
    assert len(edition["documents"]) >= 12
    assert len(edition["queries"]) >= 25


@pytest.mark.parametrize(
    "row",
    [
        line.split("\t")
        for line in (CORPUS / "words.tsv").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ],
    ids=lambda row: f"{row[0]}: {row[1]}",
)
def test_words_are_spelled_one_way(row):
    language, text, expected = row
    text = re.sub(r"\\u([0-9a-f]{4})", lambda escape: chr(int(escape[1], 16)), text)
    assert words(text, language) == expected.split()


def test_an_article_is_found_by_nothing_that_is_not_shown(path):
    shown = item("Dam floods farmland", opening="Families were given two weeks to leave.")
    filled(path, shown)
    assert find(path, "en", "two weeks").total == 1
    assert find(path, "en", "arbitration").total == 0
    for words_of_ours in ("excerpt", "tag center example", "erbil-post https", "news.example"):
        assert find(path, "en", words_of_ours).total == 0


def test_what_is_found_can_be_shown_and_no_more_of_it_is_kept(path):
    picture = Picture(path="images/dam.jpg", media_type="image/jpeg", length=9, width=4, height=3)
    sound = Enclosure(url="https://news.example/talk.mp3", media_type="audio/mpeg")
    full = item(
        "Dam floods “farmland”",
        body="<p>The reservoir <b>rises</b>.</p>",
        summary="Standfirst",
        picture=picture,
        enclosures=(sound,),
        authors=("Rojda Aslan",),
        categories=("Environment",),
    )
    filled(path, full)
    (hit,) = find(path, "en", "reservoir rises rojda environment").hits
    assert (hit.sequence, hit.path) == (1, "en/articles/1.html")
    kept = hit.item
    assert (kept.id, kept.title, kept.summary, kept.published, kept.source.name, kept.extent) == (
        full.id, full.title, full.summary, full.published, full.source.name, full.extent,
    )  # fmt: skip
    assert kept.picture == picture
    assert (kept.body, kept.authors, kept.categories, kept.enclosures) == ("", (), (), ())


# --- in which order ---------------------------------------------------------------------------


def test_titles_come_before_summaries_before_texts(path):
    filler = "Nothing was said of anything else on this day in the whole of the town."
    filled(
        path,
        item("Wheat prices rise", hours=1, summary=filler),
        item("Markets open late", hours=2, summary=f"{filler} Wheat."),
        item("Bakers meet again", hours=3, summary=filler, body=f"<p>{filler} Wheat.</p>"),
    )
    assert [hit.sequence for hit in find(path, "en", "wheat").hits] == [1, 2, 3]


@pytest.mark.parametrize(
    ("language", "query", "word", "other"),
    [
        ("kmr", "jin", "Jin hat malê", "Jinekî hat malê"),
        ("kmr", "kurd", "Kurd hatin malê", "Kurdistan hat malê"),
        ("ar", "دمشق", "دمشق اليوم", "لدمشق اليوم"),
        ("en", "city", "City opens bridge", "Cities opens bridge"),
    ],
)
def test_the_word_itself_comes_before_its_rare_forms(path, language, query, word, other):
    titles = [word] * 20 + [other] + ["Filler"] * 200
    filled(path, *(item(title, language=language) for title in titles))
    hits = find(path, "en", query, limit=100).hits
    assert [hit.item.title for hit in hits] == [word] * 20 + [other]


def test_of_equal_articles_the_newer_comes_first(path):
    filled(path, *(item("Wheat prices rise", hours=hours) for hours in (0, 5000, 2400)))
    assert [hit.sequence for hit in find(path, "en", "wheat").hits] == [2, 3, 1]


def test_pages_of_results_cut_one_list(path):
    filled(path, *(item(f"Wheat {n}", hours=n) for n in range(45)))
    whole = find(path, "en", "wheat", limit=100)
    parts = [find(path, "en", "wheat", limit=20, offset=offset) for offset in (0, 20, 40, 60)]
    assert [part.total for part in parts] == [45] * 4
    assert [hit for part in parts for hit in part.hits] == list(whole.hits)


def test_one_language_of_an_edition_can_be_asked_alone(corpus):
    both = find(corpus, "ku", "YNK")
    assert {hit.item.language for hit in both.hits} == {"kmr", "ckb"}
    assert names(find(corpus, "ku", "YNK", language="ckb")) == ["south"]
    assert find(corpus, "ku", "YNK", language="fr").total == 0


# --- any query --------------------------------------------------------------------------------

PIECES = st.sampled_from(
    '" \' - -- ( ) { } * : ^ + NEAR( AND OR NOT title: "a b " -"x y" \\ ; \x00 \u200c \u0640 ال و '
    "ەکان ـــ şer سەرۆکی l' 'ê \ud800 U.S. é ﷲ 𝔎 e\u0301 \u202e % _ rowid".split(" ")
)


@given(
    query=st.one_of(
        st.text(max_size=250),
        st.lists(PIECES, max_size=60).map(" ".join),
        st.lists(PIECES, max_size=60).map("".join),
    ),
    tag=st.sampled_from([*EDITIONS, "nowhere"]),
)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_query_is_an_error(corpus, query, tag):
    found = find(corpus, tag, query, patience=60)
    assert len(found.hits) == min(found.total, 20)


@pytest.mark.parametrize(
    "query", ["a " * 100, "kurd " * 40, "-a " * 66, "ژن کور شار " * 18, '"' * 200, "(" * 200]
)
@pytest.mark.parametrize("tag", EDITIONS)
def test_the_longest_queries_are_answered(corpus, tag, query):
    different = " ".join(f"{word}{chr(97 + n % 26)}" for n, word in enumerate(query.split()))
    for one in (query, different):
        assert find(corpus, tag, one, patience=60).total >= 0


def test_small_words_are_written_as_words_spells_them():
    for language, small in SMALL.items():
        assert words(" ".join(sorted(small))) == sorted(small), language


@given(text=st.text(max_size=200), language=st.sampled_from(["en", "ckb", "kmr", "fr"]))
def test_words_hold_nothing_but_letters_and_digits_and_stay_as_they_are(text, language):
    found = words(text, language)
    assert all(word.isalnum() or not word.isascii() for word in found)
    assert not any(c.isspace() or c in "\"'*" for word in found for c in word)
    assert words(" ".join(found), language) == found
    assert [bare(bare(word)) for word in found] == list(map(bare, found))


# --- the file ---------------------------------------------------------------------------------


def test_articles_are_replaced_and_taken_out(path):
    filled(path, item("Dam floods farmland"), item("Wheat prices rise"))
    with Index.open(path) as index:
        index.put([("en", 1, item("Dam holds after all"), "en/articles/1.html")])
        assert find(path, "en", "floods").total == 0
        assert find(path, "en", "holds").total == 1
        index.remove("en", [1, 77])
        index.remove("fr", [2])
        assert find(path, "en", "dam").total == 0
        assert find(path, "en", "wheat").total == 1
    whole = sqlite3.connect(path)
    whole.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 0)")
    assert whole.execute("SELECT count(*) FROM words").fetchone() == (1,)
    whole.close()


def test_a_call_that_fails_changes_nothing(path):
    filled(path, item("Dam floods farmland"))

    def broken():
        yield "en", 1, item("Dam holds after all"), "en/articles/1.html"
        raise RuntimeError("the store is gone")

    with Index.open(path) as index:
        with pytest.raises(RuntimeError):
            index.put(broken())
        with pytest.raises(ValueError):
            index.put([("en", 0, item("Wheat"), "en/articles/0.html")])
        index.put([("en", 2, item("Wheat"), "en/articles/2.html")])
    assert find(path, "en", "floods").total == 1
    assert find(path, "en", "wheat").total == 1


def test_the_stamp_is_kept_when_what_is_left_over_is_taken_out(path):
    with Index.open(path) as index:
        assert index.stamp() is None
        index.set_stamp("generation 7")
    with Index.open(path) as index:
        assert index.stamp() == "generation 7"
        for tag, sequence in (("en", 1), ("en", 2), ("fr", 2)):
            path_of = f"{tag}/articles/{sequence}.html"
            index.put([(tag, sequence, item("Dam"), path_of)])
        index.prune("en", {1})
        assert index.stamp() == "generation 7"
    assert [hit.sequence for hit in find(path, "en", "dam").hits] == [1]
    assert [hit.sequence for hit in find(path, "fr", "dam").hits] == [2]


def test_an_index_that_is_not_there_or_not_filled_is_not_ready(path):
    with pytest.raises(NotReady):
        find(path, "en", "dam")
    assert not path.exists()
    with Index.open(path) as index:
        index.put([("en", 1, item("Dam"), "en/articles/1.html")])
        with pytest.raises(NotReady):
            find(path, "en", "dam")
        index.set_stamp("filled")
        assert find(path, "en", "dam").total == 1


def test_the_index_of_another_version_is_not_read_and_is_made_anew(path):
    filled(path, item("Dam floods farmland"))
    other = sqlite3.connect(path)
    other.execute("UPDATE about SET value = 'an older program' WHERE name = 'made by'")
    other.execute("DROP TABLE shown")
    other.commit()
    other.close()
    with pytest.raises(NotReady):
        find(path, "en", "dam")
    with Index.open(path) as index:
        assert index.stamp() is None
        index.put([("en", 1, item("Wheat"), "en/articles/1.html")])
        index.set_stamp("filled")
    assert find(path, "en", "dam").total == 0
    assert find(path, "en", "wheat").total == 1


def test_a_damaged_index_is_made_anew(path):
    filled(path, item("Dam floods farmland"))
    path.write_bytes(b"no database, whatever its name says" * 1000)
    with pytest.raises(SearchError):
        find(path, "en", "dam")
    filled(path, item("Wheat"))
    assert find(path, "en", "wheat").total == 1


def test_a_database_of_somebody_else_is_left_alone(path):
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE letters (body TEXT)")
        other.execute("INSERT INTO letters VALUES ('dear center')")
    before = path.read_bytes()
    with pytest.raises(SearchError, match="move it away"):
        Index.open(path)
    other.close()
    assert path.read_bytes() == before


def test_an_index_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SearchError, match="deleted at any time"):
        Index.open(tmp_path / "file" / "search.db")


def test_a_search_is_given_up_in_time(path):
    filled(path, *(item(f"Wheat {n} prices rise", hours=n) for n in range(3000)))
    with pytest.raises(TookTooLong):
        find(path, "en", "wheat prices", patience=0)
    assert find(path, "en", "wheat prices").total == 3000


def test_the_index_is_beside_the_store_or_the_published_folder():
    public = Path("/srv/news/public")
    assert location("/var/lib/news/aggregator.db", public) == Path("/var/lib/news/search.db")
    assert location("postgresql://db/news", public) == Path("/srv/news/search.db")
