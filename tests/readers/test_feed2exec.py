"""feed2exec: hands each entry to a program or puts it into a mailbox. In Python, on feedparser."""

import email
import shutil
from datetime import UTC
from email import policy
from email.utils import parseaddr
from pathlib import Path

import pytest

FEED2EXEC = shutil.which("feed2exec")

pytestmark = [
    pytest.mark.trial,
    pytest.mark.skipif(
        FEED2EXEC is None,
        reason="feed2exec is not installed, so this trial was not run: apt-get install feed2exec",
    ),
]

# It keeps to Cache-Control and does not ask again within five minutes: to it each visit is ten
# minutes after the one before.
LATER = """\
import runpy, sys, time
now = time.time
time.time = lambda: now() + 600
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


class Feed2Exec:
    def __init__(self, home, run, addresses, clock=("-c", LATER)):
        self.home, self.run, self.clock = home, run, clock
        self.python = Path(FEED2EXEC).read_text("utf-8").splitlines()[0].removeprefix("#!").split()
        box = ["--output", "maildir", "--mailbox", home / "mails", "--args", "me@home.example"]
        for tag, address in addresses.items():
            self.feed2exec("add", tag, address, *box)

    def feed2exec(self, *words):
        files = ["--config", "feed2exec.ini", "--database", "feed2exec.db"]
        self.run(self.home, *self.python, *self.clock, FEED2EXEC, *files, *words)

    def poll(self):
        self.feed2exec("fetch")

    def items(self):
        return [
            {
                "edition": path.parts[-3],
                "link": mail["Archived-At"],
                "title": mail["Subject"],
                "author": parseaddr(mail["From"])[0],
                "date": mail["Date"].datetime.replace(tzinfo=UTC),  # it says -0000
                "text": mail.get_body(["html"]).get_content(),
            }
            for path in sorted((self.home / "mails").glob("*/new/*"))
            for mail in [email.message_from_bytes(path.read_bytes(), policy=policy.default)]
        ]


@pytest.mark.parametrize("name", ["atom.xml", "rss20.xml"])
def test_feed2exec(name, follow, run, tmp_path, documented):
    habits = follow(name, lambda addresses: Feed2Exec(tmp_path / "home", run, addresses))
    assert habits == documented("feed2exec 0.19", name)


def test_feed2exec_does_not_ask_while_cache_control_lets_it_keep_what_it_has(
    center, run, tmp_path
):
    center.show(0)
    center.answers.clear()
    addresses = {"ku": f"{center.origin}/ku/atom.xml"}
    reader = Feed2Exec(tmp_path / "home", run, addresses, clock=())
    reader.poll()
    assert center.take_statuses("atom.xml") == {"ku": 200}
    reader.poll()
    assert center.take_statuses("atom.xml") == {}
