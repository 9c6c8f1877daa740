"""Recorded feeds of real sites, served on loopback and polled for real.

They are other people's writing and not part of the project: AGGREGATOR_RECORDED names a folder
that holds them (benchmark data of fastfeedparser, for example).
"""

import hashlib
import json
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lxml import etree

from aggregator.config import load
from aggregator.errors import FailureKind
from aggregator.pipeline import open_journey

FOLDER = Path(os.environ.get("AGGREGATOR_RECORDED", "/nonexistent"))
SLOWEST = 5.0  # seconds that one document may take

pytestmark = [
    pytest.mark.trial,
    pytest.mark.anyio,
    pytest.mark.skipif(
        not FOLDER.is_dir(),
        reason="AGGREGATOR_RECORDED names no folder of recorded feeds: this trial was not run",
    ),
]


@pytest.fixture
def recorded():
    """Serve every document with an ETag; count the answers."""
    answers = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = (FOLDER / self.path.strip("/")).read_bytes()
            etag = f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
            status = 304 if self.headers.get("If-None-Match") == etag else 200
            answers.append(status)
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Content-Length", "0" if status == 304 else str(len(body)))
            self.end_headers()
            if status == 200:
                self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, answers
    server.shutdown()
    server.server_close()
    thread.join()


def configured(folder, port):
    names = sorted(path.name for path in FOLDER.iterdir() if path.suffix in {".xml", ".json"})
    settings = {
        "site": {
            "title": "Trial",
            "url": "https://trial.example",
            "owner_name": "Desk",
            "owner_email": "desk@trial.example",
        },
        "store": "store.db",
        "publish": {"to": "public", "entries": 400},
        "editions": ["en", "fr", "ar", "ku"],
        "network": {"allow": [f"127.0.0.1:{port}"], "spacing": "0s"},
        "defaults": {"new_source_entries": "all"},
        "sources": [
            {
                "id": f"s{number}",
                "name": f"Source {number}",
                "url": f"http://127.0.0.1:{port}/{name}",
                "language": "en",
                "rights": {"allows": "full", "images": "link", "basis": "trial"},
            }
            for number, name in enumerate(names)
        ],
    }
    path = folder / "feeds.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return load(path)


async def visit_all(journey):
    taken = {}
    recorded = []
    while claims := journey.claim(1000, force=True, besides=[(name, "") for name in taken]):
        for claim in claims:
            began = time.monotonic()
            recorded.append(await journey.visit(claim))
            taken[claim.state.source_id] = time.monotonic() - began
    return recorded, taken


FORMATS = ("atom.xml", "rss20.xml", "feed.json")
NAMES = {"atom": "http://www.w3.org/2005/Atom", "fh": "http://purl.org/syndication/history/1.0"}


def said(path):
    """Whether a feed document is an archive, its links by relation, and the ids of its entries."""
    if path.suffix == ".json":
        feed = json.loads(path.read_bytes())
        links = {"self": feed["feed_url"], "prev-archive": feed.get("next_url")}
        return None, links, [item["id"] for item in feed["items"]]
    root = etree.parse(path).getroot()
    head = root if root.tag.endswith("feed") else root[0]
    links = [(link.get("rel"), link.get("href")) for link in head.findall("atom:link", NAMES)]
    assert len(dict(links)) == len(links)
    entries = head.xpath("atom:entry/atom:id/text() | item/guid/text()", namespaces=NAMES)
    return head.find("fh:archive", NAMES) is not None, dict(links), entries


def chains(root, url):
    """Each feed leads back through all of its archives, and says the same in every format."""
    archives = 0
    for subscribed in root.rglob("atom.xml"):
        folder = subscribed.parent
        if folder.parent.name == "archives":
            continue
        count = sum(1 for _ in folder.glob("archives/*"))
        steps = [folder, *(folder / "archives" / str(n) for n in range(count, 0, -1)), None]
        archives += count
        for newer, here, older in zip([None, *steps], steps[:-1], steps[1:], strict=False):
            documents = [said(here / name) for name in FORMATS]
            for name, (archive, links, _) in zip(FORMATS, documents, strict=True):
                whole = {
                    "self": here,
                    "prev-archive": older,
                    "next-archive": newer if newer != folder else None,
                    "current": folder if here != folder else None,
                }
                wanted = {
                    relation: place and f"{url}/{place.relative_to(root).as_posix()}/{name}"
                    for relation, place in whole.items()
                }
                known = ("self", "prev-archive") if archive is None else tuple(wanted)
                assert {one: links.get(one) for one in known} == {
                    one: wanted[one] for one in known
                }
                assert archive in (None, here != folder)
            assert documents[0][2] == documents[1][2] == documents[2][2]
    assert archives


async def test_every_recorded_document_is_polled_and_published(tmp_path, recorded):
    port, answers = recorded
    config = configured(tmp_path, port)
    async with open_journey(config) as (journey, _):
        first, taken = await visit_all(journey)
        await journey.press.publish()
        published = {p.name: p.read_bytes() for p in config.publish_to.rglob("*.xml")}
        answers.clear()
        second, _ = await visit_all(journey)
        changed = await journey.press.publish()
    assert len(first) == len(config.sources)
    failures = [r.visit.failure for r in first if r.visit.failure]
    assert not [f for f in failures if f.kind in {FailureKind.INTERNAL, FailureKind.TOO_COSTLY}]
    assert all(r.accepted for r in first), [r.reason for r in first if not r.accepted]
    assert max(taken.values()) < SLOWEST, sorted(taken.items(), key=lambda t: -t[1])[:3]
    for body in published.values():
        etree.fromstring(body)
    chains(config.publish_to, config.site.url)
    assert all(status == 304 for status in answers if status)
    assert [r.visit.status for r in second] == [
        304 if not r.visit.failure else r.visit.status for r in second
    ]
    assert changed == ()
    print(
        f"\n{len(first)} documents, {sum(r.new for r in first)} entries, {len(failures)} failed;"
    )
    print(f"slowest {max(taken.values()):.2f} s; second pass: {len(answers)} x 304")
