"""What is on the disk is not what was written there: lost, restored, in the way, or cut off."""

import asyncio
import shutil
import threading

import pytest
from lxml import etree

from aggregator.errors import PublishError
from aggregator.model import Ruling
from aggregator.press import run as runs
from aggregator.syndicate import publish
from tests.press_world import PressWorld, found, tree

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def world(tmp_path):
    (tmp_path / "own").mkdir()
    made = PressWorld(tmp_path / "own")
    yield made
    made.store.close()


@pytest.fixture
def same(world, tmp_path):
    """Nothing is otherwise than it were if all was written at once."""
    return lambda: world.differences(tmp_path / "at-once") == []


# --- the folder is not the one that was written -----------------------------------------------


def test_who_empties_the_folder_may_leave_the_hidden_note(world, same):
    world.new("herald", 45)
    world.publish()
    for path in world.root.glob("[!.]*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert (world.root / ".published").exists()
    assert not world.press().is_published()
    world.publish()
    assert same()


def test_an_edition_that_is_deleted_comes_back(world, same):
    world.new("herald", 3)
    world.publish()
    shutil.rmtree(world.root / "fr")
    world.publish()
    assert same()


def test_an_older_store_below_a_newer_tree_is_noticed_though_it_went_on(world, tmp_path, same):
    world.new("herald", 10)
    world.publish()
    world.backup(tmp_path / "backup.db")
    world.new("herald", 3)
    world.publish()
    world.restore(tmp_path / "backup.db")
    world.articles.clear()
    for _ in range(6):
        world.new("monde")
    world.publish()
    assert same()


def test_an_older_tree_below_a_newer_store_is_noticed(world, tmp_path, same):
    world.new("herald", 10)
    world.publish()
    shutil.copytree(world.root, tmp_path / "older")
    world.new("herald", 3)
    world.publish()
    shutil.rmtree(world.root)
    shutil.copytree(tmp_path / "older", world.root)
    assert not world.press().is_published()
    world.publish()
    assert same()


def test_a_removed_edition_can_be_searched_no_more(world):
    world.new("navend", 5)
    world.publish()
    assert any(tag == "kmr" for tag, _ in found(world.folder / "store/search.db"))
    world.editions.remove("kmr")
    world.configure()
    world.publish()
    assert not any(tag == "kmr" for tag, _ in found(world.folder / "store/search.db"))


# --- somebody else's files --------------------------------------------------------------------


def test_what_a_link_leads_to_is_not_swept(world, tmp_path):
    world.new("navend", 5)
    world.publish()
    outside = tmp_path / "outside"
    (outside / "inner").mkdir(parents=True)
    (outside / "inner" / "mine.txt").write_text("mine")
    shutil.rmtree(world.root / "kmr")
    (world.root / "kmr").symlink_to(outside)
    (world.root / "ku" / "folder").symlink_to(outside)
    (world.root / "ku" / "file").symlink_to(outside / "inner" / "mine.txt")
    with pytest.raises(PublishError, match=r"kmr.*could not be written"):
        world.publish()
    assert not (world.root / "ku" / "file").is_symlink()
    world.editions.remove("kmr")
    world.configure()
    world.publish()
    assert (outside / "inner" / "mine.txt").read_text() == "mine"


def test_a_page_that_cannot_be_taken_away_keeps_no_other_withdrawn_one(world):
    numbers = world.new("herald", 5)
    world.publish()
    first, *rest = sorted(map(world.page_of, numbers))
    first.unlink()
    (first / "in-the-way").mkdir(parents=True)
    for number in numbers:
        world.rule(number, Ruling.DROP)
    with pytest.raises(PublishError, match="could not be taken away"):
        world.publish()
    assert not any(path.exists() for path in rest)


def test_the_half_written_page_of_a_withdrawn_article_goes_too(world):
    (number,) = world.new("herald")
    world.publish()
    page = world.page_of(number)
    half = page.with_name(f".{page.name}.new")
    half.write_text("a crash left it")
    world.rule(number, Ruling.DROP)
    world.publish()
    assert not half.exists()


# --- the order of writing ---------------------------------------------------------------------


def link(document, relation):
    one = document.find(f"{ATOM}link[@rel='{relation}']")
    return None if one is None else one.get("href").removeprefix("https://center.example/")


def check_chain(root):
    """Walk the chain of the feed as it is now; return the ids in it."""
    ids, where = set(), "en/atom.xml"
    while where is not None:
        document = etree.fromstring((root / where).read_bytes())
        newer = link(document, "next-archive")
        assert newer is None or (root / newer).exists(), f"{where} leads to {newer}"
        ids |= {one.findtext(f"{ATOM}id") for one in document.findall(f"{ATOM}entry")}
        where = link(document, "prev-archive")
    return ids


def test_a_chain_of_archives_is_whole_after_each_file_that_is_written(world, monkeypatch):
    held = set()
    seen = []

    def write_and_look(root, document, **how):
        changed = publish_write(root, document, **how)
        if changed and held and document.path.startswith("en/"):
            assert held <= check_chain(root)
            seen.append(document.path)
        return changed

    publish_write = publish.write
    monkeypatch.setattr(runs.publish, "write", write_and_look)
    for count in (39, 1, 45, 1, 84, 40):
        world.new("herald", count, categories=("Water",))
        world.publish(hours=100)
        held = check_chain(world.root)
        assert len(held) == len(world.articles)
    assert "en/archives/5/atom.xml" in seen


# --- cut off ----------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [False, True])
def test_a_failure_at_any_document_is_made_good_by_the_next_call(world, same, monkeypatch, whole):
    world.new("herald", 45, categories=())
    world.publish()
    publish_write = publish.write
    for at in (0, 40):
        left = [at]

        def fail_once(root, document, *, left=left, **how):
            left[0] -= 1
            if left[0] == -1:
                raise OSError("the power fails")
            return publish_write(root, document, **how)

        world.new("herald", 2)
        world.new("navend", 1)
        if whole:
            world.configure(entries=world.config.entries + 1)
        monkeypatch.setattr(runs.publish, "write", fail_once)
        with pytest.raises(OSError, match="the power"):
            world.publish()
        monkeypatch.setattr(runs.publish, "write", publish_write)
        world.publish()
        assert same()


def test_paths_that_a_failed_call_changed_are_told_by_the_next(world, monkeypatch):
    world.new("herald", 3)
    press = world.press()
    with monkeypatch.context() as patch:
        patch.setattr(press.gallery, "tidy", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            asyncio.run(press.publish())
    assert "en/atom.xml" in asyncio.run(press.publish())
    assert asyncio.run(press.publish()) == ()


def test_much_that_waits_is_emitted_in_steps_that_let_others_write_and_stop_soon(world):
    for _ in range(3):
        world.new("herald", 400, categories=())
    press = world.press()
    timer = threading.Timer(0.0, press.stop)
    timer.start()
    timer.join()
    assert asyncio.run(press.publish()) == ()
    assert world.store.published(range(1, 2000)) == ()
    world.publish()
    assert len(world.store.published(range(1, 2000))) == 1200
    assert len(list((world.root / "en/articles").glob("[0-9]*.html"))) == 1200
    assert tree(world.root / "en/archives").keys() >= {f"{n}/atom.xml" for n in range(1, 31)}
