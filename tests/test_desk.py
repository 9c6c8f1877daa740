"""The editors' commands as a person runs them, on a fake web with a real database."""

import json
from datetime import UTC, datetime

import pytest
import structlog
from lxml import etree
from typer.testing import CliRunner

from aggregator.cli import app
from aggregator.store.lock import hold, publisher

pytestmark = pytest.mark.anyio

URL = "https://herald.example/feed"
OTHER = "https://roj.example/feed"
HERALD = f"  - {{id: herald, name: The Herald, url: {URL}, language: en, hold: true}}\n"
ROJ = f"  - {{id: roj, name: Roj, url: {OTHER}, language: en}}\n"
BODY = (
    "The regional water authority published the hours at which it will release water from the "
    "two dams above the town. Farmers had asked for the figures since the drought. The schedule "
    "lists forty-one releases and will be updated each Thursday, the authority said on Monday."
)
DAMS = "Water authority publishes release schedule for two dams"
ATOM = "{http://www.w3.org/2005/Atom}"
SCHOOL = "Teachers in Qamishlo open a second evening school"


def item(site, number, title, body=BODY):
    return (
        f"<item><title>{title}</title><link>https://{site}.example/a/{number}</link>"
        f'<guid isPermaLink="false">{site}-{number}</guid>'
        f"<description><![CDATA[<p>{body}</p><p>{body}</p>]]></description></item>"
    )


def rss(*items):
    return (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>'
        "<link>https://herald.example/</link><description>News</description>"
        f"<language>en</language>{''.join(items)}</channel></rss>"
    )


class Editor:
    """Somebody at the command line; a pass is made between the commands."""

    def __init__(self, scene, web):
        self.scene = scene
        self.web = web
        scene.now = datetime.now(UTC)  # the commands go by the clock

    def run(self, *arguments, status=0):
        done = self.invoke(*arguments)
        raised = done.exception
        if raised is not None and not isinstance(raised, SystemExit):
            raise raised
        assert done.exit_code == status, done.output
        # Boxes around usage errors break the lines.
        return " ".join(done.output.replace("│", " ").split())

    async def follow(self, *sources):
        self.scene.configure("".join(sources))
        self.web.serve(URL, rss(item("herald", 1, DAMS), item("herald", 2, SCHOOL)))
        self.web.serve(OTHER, rss(item("roj", 1, "A bakery opens", body="Bread. " * 60)))
        await self.scene.poll()

    async def publish(self):
        """Make a pass; return the titles of the feed, and what it says is gone."""
        self.scene.later(minutes=1)
        await self.scene.poll()
        return self.published()

    def published(self):
        feed = etree.fromstring(self.scene.feed("en").encode())
        self.gone = len(feed.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry"))
        return {title.text for title in feed.iterfind(f"{ATOM}entry/{ATOM}title")}

    def waiting(self):
        return [one["title"] for one in json.loads(self.raw("queue", "list", "--json"))]

    def invoke(self, *arguments):
        path = str(self.scene.folder / "feeds.yaml")
        logs = structlog.get_config()
        try:
            return CliRunner().invoke(app, ["-c", path, *arguments])
        finally:
            structlog.configure(**logs)  # a command logs to the runner's own standard error

    def raw(self, *arguments):
        return self.invoke(*arguments).stdout

    def entry(self, title):
        (entry,) = (
            one["entry"]
            for one in json.loads(self.raw("queue", "list", "--json"))
            if one["title"] == title
        )
        return str(entry)


@pytest.fixture
async def editor(scene, web):
    return Editor(scene, web)


# --- the queue ----------------------------------------------------------------------------------


async def test_what_waits_is_listed_shown_approved_and_published(editor):
    await editor.follow(HERALD)
    assert editor.published() == set()
    listed = editor.run("queue", "list")
    assert "herald" in listed
    assert "aggregator queue show" in listed
    assert "2 entries wait for a person: `aggregator queue list`" in editor.run("list")
    entry = editor.entry(DAMS)
    shown = editor.run("queue", "show", entry)
    assert "https://herald.example/a/1" in shown
    assert "Farmers had asked" in shown
    said = editor.run("queue", "approve", entry, "--title", "Dams: the hours", "--who", "Rojda")
    assert f"approved entry {entry}: Dams: the hours" in said
    assert "Run `aggregator update` to bring it to your site and feeds." in said
    assert await editor.publish() == {"Dams: the hours"}
    assert editor.waiting() == [SCHOOL]
    shown = editor.run("queue", "show", "https://herald.example/a/1")
    assert f"its publisher wrote: {DAMS}" in shown
    assert "Rojda: edited: approved" in shown
    said = editor.run("queue", "reject", editor.entry(SCHOOL), "--why", "not ours")
    assert "rejected" in said
    assert "Nothing waits." in editor.run("queue", "list")
    assert await editor.publish() == {"Dams: the hours"}


async def test_what_is_published_is_edited_and_rejected_by_the_address_of_its_page(editor):
    await editor.follow(ROJ)
    page = "https://center.example/en/articles/1.html"
    said = editor.run("queue", "edit", page, "--title", "A new bakery", "--why", "shorter")
    assert "Run `aggregator update`" in said
    assert await editor.publish() == {"A new bakery"}
    editor.run("queue", "edit", "en/articles/1.html", "--undo", "--why", "theirs is fine")
    assert await editor.publish() == {"A bakery opens"}
    editor.run("queue", "reject", "http://127.0.0.1:8080/en/articles/1.html", "--why", "hoax")
    assert await editor.publish() == set()


async def test_all_that_waits_of_a_source_is_approved_at_once(editor):
    await editor.follow(HERALD, ROJ)
    said = editor.run("queue", "approve", "--source", "herald", "--all", "--why", "known outlet")
    assert "approved: 2 entries" in said
    assert len(await editor.publish()) == 3
    assert "Nothing of herald waits" in editor.run(
        "queue", "approve", "--source", "herald", "--all"
    )


async def test_a_mistake_on_the_command_line_is_told_and_nothing_is_decided(editor):
    await editor.follow(HERALD)
    one, two = (editor.entry(title) for title in (DAMS, SCHOOL))
    for arguments, told in (
        (("approve", "4711"), "4711: no entry has this number, id, guid or address"),
        (("approve", one, "https://nobody.example/1"), "no entry has this"),
        (("approve", one, "--language", "fa"), "no edition shows 'fa'"),
        (("approve", one, "--language", "ku"), "kmr (Kurmanji) or ckb (Sorani)"),
        (("approve",), "name the entries, or write --all"),
        (("approve", one, "--all"), "name the entries, or write --all"),
        (("approve", one, two, "--title", "x"), "name only that one"),
        (("approve", "--all", "--language", "en"), "nothing can be edited"),
        (("reject", one), "--why"),
        (("edit", one, "--why", "x"), "say what to edit"),
        (("list", "--source", "heralt"), "no source 'heralt'"),
        (("show", "en/articles/99.html"), "no article was ever published there"),
    ):
        assert told in editor.run("queue", *arguments, status=2), arguments
    assert set(editor.waiting()) == {DAMS, SCHOOL}


async def test_a_name_that_several_entries_have_is_asked_back(editor):
    await editor.follow(HERALD, ROJ)
    editor.web.serve(OTHER, rss(item("herald", 1, "Another one", body="Other words. " * 60)))
    await editor.scene.poll(force=True)
    said = editor.run("queue", "show", "herald-1", status=2)
    assert "herald-1: 2 entries; say which number" in said
    assert "Another one" in said


# --- takedowns ----------------------------------------------------------------------------------


async def test_an_article_is_taken_down_everywhere_and_given_back(editor):
    await editor.follow(ROJ)
    said = editor.run(
        *("takedown", "https://roj.example/a/1", "--reason", "a court says so", "--who", "Zîn")
    )
    assert "taken down as T1: A bakery opens (1 entry)" in said
    assert "aggregator restore T1" in said
    assert await editor.publish() == set()
    assert editor.gone == 1
    public = editor.scene.config.publish_to
    assert not (public / "en/articles/1.html").exists()
    again = editor.run("takedown", "en/articles/1.html", "--reason", "again")
    assert "taken down already" in again
    assert "by Zîn: a court says so" in again
    (line,) = json.loads(editor.raw("takedown", "--list", "--json"))
    assert (line["who"], line["why"], line["entries"]) == ("Zîn", "a court says so", 1)
    assert "a court says so" in editor.run("takedown", "--list")
    assert "taken down" in editor.run("queue", "show", "https://roj.example/a/1")
    said = editor.run("queue", "approve", "https://roj.example/a/1")
    assert "but it is taken down: `aggregator restore T1" in said
    assert "restored T1" in editor.run(
        "restore", "roj-1", "--reason", "the court changed its mind"
    )
    assert await editor.publish() == {"A bakery opens"}
    assert editor.gone == 0
    assert "restored already" in editor.run("restore", "T1", "--reason", "again")
    assert "restored" in editor.run("takedown", "--list")


async def test_a_source_is_taken_down_only_if_one_says_so(editor):
    await editor.follow(HERALD, ROJ)
    said = editor.run("takedown", "roj", "--reason", "they ask", status=2)
    assert "this takes down all 1 entries of roj" in said
    assert await editor.publish() == {"A bakery opens"}
    said = editor.run("takedown", "roj", "--reason", "they ask", "--yes")
    assert "taken down as T1: Roj (1 entry)" in said
    assert await editor.publish() == set()
    said = editor.run("restore", "https://roj.example/a/1", "--reason", "x", status=2)
    assert "is down with T1, Roj" in said
    editor.run("restore", "roj", "--reason", "settled")
    assert await editor.publish() == {"A bakery opens"}


async def test_a_takedown_needs_its_reason_and_something_to_take_down(editor):
    await editor.follow(ROJ)
    assert "--reason why" in editor.run("takedown", "1", status=2)
    assert "--reason why" in editor.run("takedown", "1", "--reason", " ", status=2)
    assert "no entry has this" in editor.run("takedown", "77", "--reason", "x", status=2)
    assert "is not taken down" in editor.run("restore", "1", "--reason", "x", status=2)
    assert "no takedown T9" in editor.run("restore", "T9", "--reason", "x", status=2)
    assert "Nothing was ever taken down." in editor.run("takedown", "--list")


async def test_a_number_that_is_a_takedowns_and_an_entrys_is_asked_back(editor):
    await editor.follow(HERALD, ROJ)
    for number in ("2", "1"):  # T1 is of entry 2, T2 of entry 1
        editor.run("takedown", number, "--reason", "x")
    said = editor.run("restore", "1", "--reason", "x", status=2)
    assert "1 may be either; say which" in said
    assert "restored T2" in editor.run("restore", "T2", "--reason", "x")
    assert "restored T1" in editor.run("restore", "1", "--reason", "x")


# --- beside a daemon ----------------------------------------------------------------------------


async def test_beside_a_running_daemon_publishing_is_left_to_it(editor):
    await editor.follow(HERALD)
    location = editor.scene.config.store
    assert publisher(location) is None
    with hold(location, purpose="run"):
        said = editor.run("queue", "approve", editor.entry(DAMS))
        assert (
            f"The daemon (process {publisher(location)}) brings it to your site and feeds." in said
        )
    assert publisher(location) is None
    assert publisher("postgresql://nobody@localhost/x") is None


async def test_what_appears_by_itself_later_is_listed_with_its_time_and_can_be_rejected(editor):
    delayed = ROJ.replace("language: en", "language: en, publish_delay: 2h")
    await editor.follow(delayed)
    listed = editor.run("queue", "list")
    assert "Nothing waits. These appear by themselves, unless you reject them before:" in listed
    assert "A bakery opens" in listed
    (one,) = json.loads(editor.raw("queue", "list", "--json"))
    assert datetime.fromisoformat(one["publish_at"]) > datetime.now(UTC)
    editor.run("queue", "reject", str(one["entry"]), "--why", "not ours")
    assert editor.run("queue", "list") == "Nothing waits."
    editor.scene.later(hours=3)
    assert await editor.publish() == set()


async def test_a_name_that_nothing_has_is_told_with_the_source_that_may_be_meant(editor):
    await editor.follow(HERALD)
    said = editor.run("takedown", "heralt", "--reason", "x", status=2)
    assert "did you mean the source herald?" in said
    assert "herald is not taken down" in editor.run("restore", "herald", "--reason", "x", status=2)


async def test_what_a_source_that_is_down_would_bring_is_said_to_be_barred(editor):
    await editor.follow(ROJ)
    editor.run("takedown", "roj", "--reason", "they ask", "--yes")
    said = editor.run("explain", "https://roj.example/a/unknown", status=1)
    assert "takedown T1 bars this address" in said
    assert "submit" not in said
