"""The commands as an operator meets them: real processes on the demo world."""

import json
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from aggregator.demo.world import World

pytestmark = pytest.mark.slow  # each command is a process of its own


def aggregator(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "aggregator", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        check=False,
    )


@pytest.fixture
def world(tmp_path):
    with World().playing() as world:
        world.path = world.write_config(tmp_path, "http://127.0.0.1:8080", interval="1s")
        yield world


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("waited in vain")


@pytest.fixture
def daemon(world):
    """A daemon whose first pass is published; its log goes to a file, for a pipe fills up."""
    world.log = world.path.parent / "log"
    with world.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "aggregator", "-c", str(world.path), "run"], stderr=log
        )
    english = world.path.parent / "store" / "public" / "en" / "atom.xml"
    wait_for(lambda: english.exists() and "twelve thousand" in english.read_text(), seconds=60)
    yield process
    process.kill()
    process.wait()


def test_update_makes_one_pass_and_says_what_came_of_it(world):
    done = aggregator("-c", str(world.path), "update")
    assert done.returncode == 0, done.stderr
    assert "31 new" in done.stdout
    assert "2 failed" in done.stdout
    assert "challenge page" in " ".join(done.stdout.split())


def test_update_tells_a_machine_the_same(world):
    done = aggregator("-c", str(world.path), "update", "tigris-herald", "--json")
    report = json.loads(done.stdout)
    (visit,) = report["visits"]
    assert (visit["source"], visit["status"], visit["new"]) == ("tigris-herald", 200, 5)
    assert "en/atom.xml" in report["published"]


def test_a_pass_with_nothing_due_says_so(world):
    text = world.path.read_text().replace('"interval": "1s"', '"interval": "1h"')
    world.path.write_text(text)
    aggregator("-c", str(world.path), "update")
    done = aggregator("-c", str(world.path), "update", "tigris-herald")
    assert done.returncode == 0
    assert "Nothing is due" in done.stdout


def test_an_unknown_source_is_the_operators_mistake(world):
    done = aggregator("-c", str(world.path), "update", "tigris-heralt")
    assert done.returncode == 2
    assert "tigris-heralt" in done.stderr


def test_mistakes_in_feeds_yaml_stop_every_command_with_status_2(tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text("sources: no\n")
    for command in ("run", "update", "check", "list"):
        done = aggregator("-c", "feeds.yaml", command, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith("feeds.yaml:1:")
    assert [p.name for p in tmp_path.iterdir()] == ["feeds.yaml"]


def test_list_shows_how_each_source_fares(world):
    aggregator("-c", str(world.path), "update")
    rows = {
        row["source"]: row
        for row in json.loads(aggregator("-c", str(world.path), "list", "--json").stdout)
    }
    assert rows["tigris-herald"]["entries"] == 5
    assert "breaks off" in rows["zagros-wire"]["failure"]
    assert "failed once" in aggregator("-c", str(world.path), "list").stdout


def test_parse_shows_the_articles_that_a_file_would_become(tmp_path):
    path = tmp_path / "feed.json"
    item = {"id": "1", "title": "Lihevkirina nû ya avê", "content_text": "Avê. " * 60}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [item]}
    path.write_text(json.dumps(feed))
    done = aggregator("parse", str(path), "--json", cwd=tmp_path)
    (article,) = json.loads(done.stdout)["articles"]
    assert article["title"] == "Lihevkirina nû ya avê"
    assert article["identity"] == "guid"
    assert "Source: feed.json" in aggregator("parse", str(path), cwd=tmp_path).stdout


def test_parse_of_what_is_no_feed_is_an_error_in_words(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("<html><body><form><input type=password></form></body></html>")
    done = aggregator("parse", str(path), cwd=tmp_path)
    assert done.returncode == 1
    assert "error:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_daemon_is_refused_with_the_firsts_pid(world, daemon):
    done = aggregator("-c", str(world.path), "run")
    assert done.returncode == 1
    assert str(daemon.pid) in done.stderr


def test_update_works_beside_a_daemon_and_leaves_publishing_to_it(world, daemon):
    done = aggregator("-c", str(world.path), "update", "--all")
    assert done.returncode == 0, done.stderr
    assert str(daemon.pid) in done.stdout


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_the_daemon_ends_within_five_seconds_and_leaves_no_child(world, daemon, name):
    began = time.monotonic()
    daemon.send_signal(name)
    assert daemon.wait(10) == 0
    assert time.monotonic() - began < 5
    children = subprocess.run(
        ["pgrep", "-P", str(daemon.pid)], capture_output=True, text=True, check=False
    )
    assert children.stdout == ""


def test_serve_shows_what_is_published(world):
    aggregator("-c", str(world.path), "update", "tigris-herald")
    log = world.path.parent / "serve.log"
    with log.open("w") as stderr:
        server = subprocess.Popen(
            [sys.executable, "-m", "aggregator", "-c", str(world.path), "serve", "--port", "0"],
            stderr=stderr,
        )
    try:
        wait_for(lambda: '"serving"' in log.read_text(), seconds=60)
        origin = json.loads(log.read_text().splitlines()[-1])["at"]
        with urllib.request.urlopen(f"{origin}/en/atom.xml") as answer:
            assert answer.headers["Content-Type"] == "application/atom+xml"
            assert b"Damascus and Baku" in answer.read()
    finally:
        server.terminate()
        assert server.wait(10) == 0


def test_the_daemon_logs_one_structured_line_a_visit(world, daemon):
    world.step = 3
    english = world.path.parent / "store" / "public" / "en" / "atom.xml"
    wait_for(lambda: "eight thousand" in english.read_text(), seconds=60)
    daemon.terminate()
    daemon.wait(10)
    lines = [json.loads(line) for line in world.log.read_text().splitlines()]
    visits = [line for line in lines if line["event"] == "visit"]
    herald = [line for line in visits if line["source"] == "tigris-herald"]
    assert {"source", "status", "bytes", "new", "changed", "next", "outcome"} <= set(herald[0])
    assert (herald[0]["new"], herald[0]["status"]) == (5, 200)
    assert any(line["changed"] == 1 for line in herald), "the correction was seen"
    assert lines[-1]["event"] == "stopped"


def test_a_living_world_is_published_as_it_moves(world, daemon):
    public = world.path.parent / "store" / "public" / "en" / "atom.xml"
    wait_for(
        lambda: (
            "eight thousand" not in public.read_text() and "twelve thousand" in public.read_text()
        )
    )
    world.step = 3
    wait_for(lambda: "eight thousand" in public.read_text() and "Haj Omeran" in public.read_text())
