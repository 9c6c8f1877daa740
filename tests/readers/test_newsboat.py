"""newsboat: a reader for the terminal, in C++ and Rust on libxml2 and libcurl."""

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

pytestmark = [
    pytest.mark.trial,
    pytest.mark.skipif(
        shutil.which("newsboat") is None,
        reason="newsboat is not installed, so this trial was not run: apt-get install newsboat",
    ),
]


class Newsboat:
    def __init__(self, home, run, addresses):
        self.home, self.run = home, run
        self.editions = {address: tag for tag, address in addresses.items()}
        home.mkdir()
        (home / "urls").write_text("".join(f"{address}\n" for address in self.editions))
        (home / "config").touch()

    def poll(self):
        files = ["-u", "urls", "-c", "cache.db", "-C", "config"]
        self.run(self.home, "newsboat", *files, "-x", "reload")

    def items(self):
        with closing(sqlite3.connect(self.home / "cache.db")) as database:
            database.row_factory = sqlite3.Row
            rows = database.execute("select * from rss_item where deleted = 0 order by id")
            return [
                {
                    "edition": self.editions[row["feedurl"]],
                    "link": row["url"],
                    "title": row["title"],
                    "author": row["author"],
                    "date": datetime.fromtimestamp(row["pubDate"], UTC),
                    "text": row["content"],
                }
                for row in rows
            ]


@pytest.mark.parametrize("name", ["atom.xml", "rss20.xml"])
def test_newsboat(name, follow, run, tmp_path, documented):
    habits = follow(name, lambda addresses: Newsboat(tmp_path / "home", run, addresses))
    assert habits == documented("newsboat 2.21", name)
