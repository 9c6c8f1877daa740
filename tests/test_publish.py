"""Files are published whole or not at all, and their time strictly increases."""

import contextlib
import hashlib
import os
import random
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from aggregator.errors import PublishError
from aggregator.model import Document
from aggregator.syndicate.publish import Clock, write


def document(text: str, path: str = "en/atom.xml") -> Document:
    return Document(path=path, media_type="application/atom+xml", body=text.encode())


@dataclass
class Hands:
    """A clock that moves when it is slept on, and only then."""

    time: float = 1_750_000_000.25
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, sleep=self.sleep)


def test_a_document_becomes_a_readable_file_in_a_folder_that_is_made_for_it(tmp_path):
    before = os.umask(0o077)
    try:
        assert write(tmp_path / "store" / "public", document("first"))
    finally:
        os.umask(before)
    file = tmp_path / "store" / "public" / "en" / "atom.xml"
    assert file.read_text() == "first"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o755
    assert stat.S_IMODE(file.parent.parent.stat().st_mode) == 0o755


def test_unchanged_bytes_are_not_touched(tmp_path):
    write(tmp_path, document("same"))
    before = (tmp_path / "en/atom.xml").stat()
    assert not write(tmp_path, document("same"))
    after = (tmp_path / "en/atom.xml").stat()
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )


def test_a_second_version_within_a_second_waits_for_the_next_one(tmp_path):
    hands = Hands()
    seconds = []
    for text in ("one", "two", "three"):
        assert write(tmp_path, document(text), clock=hands.clock)
        seconds.append((tmp_path / "en/atom.xml").stat().st_mtime_ns / 1e9)
    assert seconds == [1_750_000_000, 1_750_000_001, 1_750_000_002]
    assert hands.slept == [0.75, 1]
    assert seconds[-1] <= hands.time


def test_the_time_is_never_in_the_future_by_the_clock_of_the_system(tmp_path):
    for text in ("one", "two"):
        write(tmp_path, document(text))
        assert (tmp_path / "en/atom.xml").stat().st_mtime <= time.time()


def test_a_clock_that_was_set_back_is_not_waited_for(tmp_path):
    hands = Hands()
    write(tmp_path, document("one"), clock=hands.clock)
    hands.time -= 86_400
    write(tmp_path, document("two"), clock=hands.clock)
    assert hands.slept == []
    assert (tmp_path / "en/atom.xml").stat().st_mtime == 1_750_000_001


def test_a_clock_that_stands_still_is_not_waited_for_without_end(tmp_path):
    naps = []
    clock = Clock(now=lambda: 1_750_000_000.5, sleep=naps.append)
    write(tmp_path, document("one"), clock=clock)
    write(tmp_path, document("two"), clock=clock)
    assert sum(naps) <= 2
    assert (tmp_path / "en/atom.xml").stat().st_mtime == 1_750_000_001


def test_what_a_crash_left_beside_the_file_is_cleaned_even_when_nothing_changed(tmp_path):
    write(tmp_path, document("same"))
    (tmp_path / "en" / ".atom.xml.new").write_text("half of a")
    assert not write(tmp_path, document("same"))
    assert [path.name for path in (tmp_path / "en").iterdir()] == ["atom.xml"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../atom.xml",
        "en/../../atom.xml",
        "en//atom.xml",
        "en/./atom.xml",
        "en/",
        ".htaccess",
        "en/.atom.xml",
        "en/atom..xml",
        "En/atom.xml",
        "en/atom.xml\n",
        "en/ئەتۆم.xml",
        "en\\atom.xml",
        "en/atom.xml\0",
    ],
)
def test_no_other_path_than_ours_reaches_the_disk(tmp_path, path):
    root = tmp_path / "public"
    with pytest.raises(PublishError, match="cannot be published"):
        write(root, document("x", path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["atom.xml", "ku/atom.xml", "en/2025/07/atom.xml", "a-b/c.min.js"]
)
def test_our_paths_reach_it(tmp_path, path):
    assert write(tmp_path, document("x", path))
    assert (tmp_path / path).read_text() == "x"


def test_a_symbolic_link_in_the_place_of_the_file_is_replaced_and_not_followed(tmp_path):
    root = tmp_path / "public"
    (root / "en").mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (root / "en" / "atom.xml").symlink_to(outside)
    assert write(root, document("new"))
    assert outside.read_text() == "mine"
    assert not (root / "en" / "atom.xml").is_symlink()
    assert (root / "en" / "atom.xml").read_text() == "new"


def test_a_symbolic_link_in_the_place_of_a_folder_is_refused(tmp_path):
    root, outside = tmp_path / "public", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (root / "en").symlink_to(outside)
    with pytest.raises(PublishError, match=r"public/en/atom\.xml could not be written"):
        write(root, document("new"))
    assert list(outside.iterdir()) == []


def test_the_root_itself_may_be_a_link_of_the_operator(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "public").symlink_to(tmp_path / "disk")
    assert write(tmp_path / "public", document("new"))
    assert (tmp_path / "disk" / "en" / "atom.xml").read_text() == "new"


def test_a_folder_in_the_place_of_the_file_is_an_error_that_says_where(tmp_path):
    (tmp_path / "en" / "atom.xml").mkdir(parents=True)
    with pytest.raises(PublishError, match=r"en/atom\.xml could not be written: Is a directory"):
        write(tmp_path, document("new"))


WRITE = """
import os, resource, sys
from pathlib import Path
from aggregator.errors import PublishError
from aggregator.model import Document
from aggregator.syndicate.publish import write

{limit}
try:
    write(Path(sys.argv[1]), Document(path="en/atom.xml", media_type="x", body=b"n" * 100_000))
except PublishError as error:
    print(error)
    sys.exit(7)
"""


def run(code: str, root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, str(root)], capture_output=True, text=True, check=False
    )


def test_a_full_disk_leaves_the_old_file_and_no_other(tmp_path):
    write(tmp_path, document("old"))
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))"
    done = run(WRITE.format(limit=limit), tmp_path)
    assert (done.returncode, done.stderr) == (7, "")
    assert "could not be written: File too large" in done.stdout
    assert "still stands" in done.stdout
    assert (tmp_path / "en/atom.xml").read_text() == "old"
    assert [path.name for path in (tmp_path / "en").iterdir()] == ["atom.xml"]


def test_a_folder_that_may_not_be_written_leaves_the_old_file(tmp_path):
    write(tmp_path, document("old"))
    tmp_path.chmod(0o755)
    (tmp_path / "en").chmod(0o555)
    # From inside the folder another user needs no way through those above it.
    limit = "os.chdir(sys.argv.pop()); sys.argv.append('.'); os.geteuid() or os.setuid(65534)"
    done = run(WRITE.format(limit=limit), tmp_path)
    assert (done.returncode, done.stderr) == (7, "")
    assert "could not be written: Permission denied" in done.stdout
    assert (tmp_path / "en/atom.xml").read_text() == "old"


KEEP_WRITING = """
import hashlib, itertools, sys
from pathlib import Path
from aggregator.model import Document
from aggregator.syndicate.publish import Clock, write

second = itertools.count(1_750_000_000)
clock = Clock(now=lambda: next(second), sleep=lambda seconds: None)
print("ready", flush=True)
for number in itertools.count():
    text = (str(number) * 50_000)[:200_000].encode()
    body = hashlib.sha256(text).hexdigest().encode() + text
    write(Path(sys.argv[1]), Document(path="en/atom.xml", media_type="x", body=body), clock=clock)
"""


def is_whole(body: bytes) -> bool:
    return hashlib.sha256(body[64:]).hexdigest().encode() == body[:64]


def test_kill_9_at_any_moment_leaves_a_whole_file_and_readers_never_see_another(tmp_path):
    chance = random.Random(20250713)
    file = tmp_path / "en" / "atom.xml"
    seen = 0
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", KEEP_WRITING, str(tmp_path)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        until = time.monotonic() + chance.uniform(0.02, 0.15)
        while time.monotonic() < until:
            with contextlib.suppress(FileNotFoundError):
                assert is_whole(file.read_bytes())
                seen += 1
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        assert not file.exists() or is_whole(file.read_bytes())
    assert seen > 8
    assert write(tmp_path, document("after the crash"))
    assert [path.name for path in file.parent.iterdir()] == ["atom.xml"]
