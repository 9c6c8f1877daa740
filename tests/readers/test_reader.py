"""reader: a library for feed readers, from PyPI. In Python, on feedparser; JSON Feed by itself."""

import json
import os
from datetime import datetime

import pytest

PYTHON = os.environ.get("AGGREGATOR_READER_PYTHON")

pytestmark = [
    pytest.mark.trial,
    pytest.mark.skipif(
        PYTHON is None,
        reason="AGGREGATOR_READER_PYTHON names no Python that has `reader`, so this trial was not "
        "run: python3 -m venv ~/reader && ~/reader/bin/pip install reader sgmllib3k, then "
        "AGGREGATOR_READER_PYTHON=~/reader/bin/python",
    ),
]

POLL = """\
import json, sys
from reader import make_reader

reader = make_reader("reader.sqlite")
for tag, address in json.loads(sys.argv[1]).items():
    reader.add_feed(address, exist_ok=True)
for result in reader.update_feeds_iter(scheduled=False):
    if isinstance(result.value, Exception):
        raise result.value
items = [
    {
        "feed": entry.feed_url,
        "link": entry.link,
        "title": entry.title,
        "author": entry.author,
        "date": entry.published.isoformat(),
        "text": " ".join(content.value for content in entry.content),
    }
    for entry in reader.get_entries()
]
print(json.dumps(items))
"""


class Reader:
    def __init__(self, home, run, addresses):
        self.home, self.run, self.addresses = home, run, addresses

    def poll(self):
        self.told = self.run(self.home, PYTHON, "-c", POLL, json.dumps(self.addresses))

    def items(self):
        editions = {address: tag for tag, address in self.addresses.items()}
        items = sorted(json.loads(self.told), key=lambda item: (item["feed"], item["link"]))
        return [
            {
                **item,
                "edition": editions[item.pop("feed")],
                "date": datetime.fromisoformat(item["date"]),
            }
            for item in items
        ]


@pytest.mark.parametrize("name", ["atom.xml", "rss20.xml", "feed.json"])
def test_reader(name, follow, run, tmp_path, documented):
    habits = follow(name, lambda addresses: Reader(tmp_path / "home", run, addresses))
    assert habits == documented("reader 3.26", name)
