"""rss2email: sends each entry as a mail. In Python, on feedparser."""

import email
import shutil
from datetime import UTC
from email import policy
from email.utils import parseaddr

import pytest

pytestmark = [
    pytest.mark.trial,
    pytest.mark.skipif(
        shutil.which("r2e") is None,
        reason="rss2email is not installed, so this trial was not run: apt-get install rss2email",
    ),
]

CONFIG = """\
[DEFAULT]
to = subscriber@home.example
email-protocol = maildir
maildir-path = {home}
maildir-mailbox = mails
date-header = True
"""


class Rss2Email:
    def __init__(self, home, run, addresses, more=""):
        self.home, self.run, self.editions = home, run, list(addresses)
        home.mkdir()
        (home / "r2e.cfg").write_text(CONFIG.format(home=home) + more)
        for tag, address in addresses.items():
            self.r2e("add", tag, address)

    def r2e(self, *words):
        self.run(self.home, "r2e", "-c", "r2e.cfg", "-d", "r2e.json", *words)

    def poll(self):
        self.r2e("run")

    def items(self):
        mails = [
            email.message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted((self.home / "mails" / "new").iterdir())
        ]
        mails.sort(key=lambda mail: "In-Reply-To" in mail)
        return [
            {
                "edition": mail["List-ID"].strip("<>").partition(".")[0],
                "link": mail["X-RSS-URL"],
                "title": mail["Subject"],
                "author": parseaddr(mail["From"])[0],
                "date": mail["Date"].datetime.replace(tzinfo=UTC),  # it says -0000
                "text": " ".join(mail.get_content().split()),
                "reply": "In-Reply-To" in mail,
            }
            for mail in mails
        ]


@pytest.mark.parametrize("name", ["atom.xml", "rss20.xml"])
def test_rss2email(name, follow, run, tmp_path, documented):
    habits = follow(name, lambda addresses: Rss2Email(tmp_path / "home", run, addresses))
    assert habits == documented("rss2email 3.13", name)


@pytest.mark.parametrize("name", ["atom.xml", "rss20.xml"])
def test_rss2email_that_mails_whole_texts_and_corrections(name, follow, run, tmp_path, documented):
    more = "html-mail = True\nreply-changes = True\n"
    habits = follow(name, lambda addresses: Rss2Email(tmp_path / "home", run, addresses, more))
    assert habits == documented("rss2email 3.13, as below", name)
