"""`submit` and `explain` as an operator meets them: real processes, a real server on loopback."""

import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each command is a process of its own

PAGES = Path(__file__).parent / "corpus" / "webpages"
CONFIG = """\
site: {title: Test Center, url: https://center.example, owner_name: Desk, owner_email: d@c.example}
store: store/aggregator.db
publish: {to: public}
editions: [en, ku]
network: {spacing: 0s, deadline: 5s, allow: ["127.0.0.1:*"]}
sources:
  - {id: quiet, name: Quiet, url: "http://127.0.0.1:9/feed"}
"""


class Outlet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = PAGES / f"{self.path.strip('/')}.html"
        found = path.is_file()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(path.read_bytes() if found else b"nothing")

    def log_message(self, *_):
        pass


@pytest.fixture
def outlet():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Outlet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def aggregator(tmp_path):
    (tmp_path / "feeds.yaml").write_text(CONFIG, encoding="utf-8")

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "aggregator", *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=tmp_path,
            check=False,
        )

    return run


def test_an_article_goes_from_its_page_through_the_queue_to_ours(aggregator, outlet, tmp_path):
    url = f"{outlet}/microdata.en"
    done = aggregator("submit", url, "--source", "Station Road Post", "--who", "dana")
    assert done.returncode == 0, done.stderr
    assert "Entry 1 waits (en): `aggregator queue approve 1`" in " ".join(done.stdout.split())
    assert "Station Road Post" in done.stdout
    again = aggregator("submit", url)
    assert again.returncode == 1
    assert "is known: entry 1" in " ".join(again.stderr.split())
    assert aggregator("queue", "approve", "1", "--who", "hiwa").returncode == 0
    assert aggregator("update").returncode == 0
    page = (tmp_path / "public" / "en" / "articles" / "1.html").read_text(encoding="utf-8")
    assert "A second life for the old railway station" in page
    assert "Station Road Post" in page
    report = json.loads(aggregator("explain", url, "--json").stdout)
    assert report["state"] == "published"
    people = report["story"]["people"]
    assert "dana: hold: submitted" in people[0]
    assert "hiwa: publish" in people[1]


def test_what_is_refused_is_a_sentence_and_a_status(aggregator, outlet):
    refused = aggregator("submit", f"{outlet}/custom-sorani.ckb", "--edition", "en")
    assert refused.returncode == 1
    assert "Sorani" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_published_says_who_makes_it_so(aggregator, outlet):
    done = aggregator("submit", f"{outlet}/custom-sorani.ckb", "--edition", "ku", "--publish")
    assert done.returncode == 0, done.stderr
    assert "aggregator update" in done.stdout


def test_explain_of_what_nobody_knows_ends_with_1(aggregator):
    done = aggregator("explain", "https://nowhere.example/1")
    assert done.returncode == 1
    assert "nowhere.example is no source's" in done.stdout


def test_until_runs_a_document_up_to_a_step(aggregator, tmp_path):
    item = {"id": "1", "title": "Lihevkirina nû ya avê", "content_text": "Avê. " * 60}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [item]}
    (tmp_path / "feed.json").write_text(json.dumps(feed))
    done = aggregator("explain", "--until", "identify", "feed.json", "--json")
    (entry,) = json.loads(done.stdout)["entries"]
    assert entry["key"] == {"source_id": "preview", "guid": "1"}
    wrong = aggregator("explain", "--until", "fetsh", "feed.json")
    assert wrong.returncode == 2
    assert "normalize" in wrong.stderr
