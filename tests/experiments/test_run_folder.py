import json
from pathlib import Path

import pytest

from ecd2g.errors import InputError
from ecd2g.experiments.records.exchange import exchange
from ecd2g.experiments.records.run_folder import FORMAT, files_in, is_run_folder, run_folder


def write_run(out: Path, text: str = "1", **settings: bool) -> None:
    with run_folder(out, **settings) as folder:
        (folder / "numbers.txt").write_text(text)
        (folder / "results.json").write_text(json.dumps({"format": FORMAT, "files": ["numbers.txt"]}))


def write_half(out: Path, failure: BaseException | type[BaseException], **settings: bool) -> None:
    with run_folder(out, **settings) as folder:
        (folder / "half.txt").write_text("half")
        assert not (out / "half.txt").exists()
        raise failure


def test_folder_appears_whole_and_alone(tmp_path):
    with run_folder(tmp_path / "run") as folder:
        (folder / "numbers.txt").write_text("1")
        assert not (tmp_path / "run").exists()
    assert files_in(tmp_path) == ["run/numbers.txt"]


def test_folder_has_the_usual_permissions(tmp_path):
    write_run(tmp_path / "run")
    (tmp_path / "other").mkdir()
    assert (tmp_path / "run").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_after_a_failure(tmp_path, failure):
    with pytest.raises(failure):
        write_half(tmp_path / "deep" / "run", failure)
    assert list(tmp_path.iterdir()) == []


def test_existing_run_is_refused_and_kept(tmp_path):
    write_run(tmp_path / "run", "old")
    with pytest.raises(InputError, match="--overwrite"):
        write_run(tmp_path / "run", "new")
    assert (tmp_path / "run" / "numbers.txt").read_text() == "old"


def test_overwrite_replaces_a_run(tmp_path):
    write_run(tmp_path / "run", "old")
    write_run(tmp_path / "run", "new", overwrite=True)
    assert (tmp_path / "run" / "numbers.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_old_run_stays_when_the_new_one_fails(tmp_path):
    write_run(tmp_path / "run", "old")
    with pytest.raises(ValueError, match="half-way"):
        write_half(tmp_path / "run", ValueError("half-way"), overwrite=True)
    assert (tmp_path / "run" / "numbers.txt").read_text() == "old"


def test_old_run_comes_back_when_the_rename_fails(tmp_path, monkeypatch):
    write_run(tmp_path / "run", "old")
    rename = Path.rename

    def failing(self, target):
        if self.name.endswith(".partial"):
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(
        "ecd2g.experiments.records.run_folder.exchange", lambda *_: False
    )  # as on other systems
    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(InputError, match="No space left"):
        write_run(tmp_path / "run", "new", overwrite=True)
    assert files_in(tmp_path) == ["run/numbers.txt", "run/results.json"]
    assert (tmp_path / "run" / "numbers.txt").read_text() == "old"


@pytest.mark.parametrize("can", [True, False])
def test_overwriting_leaves_one_folder_whether_names_can_be_exchanged_or_not(tmp_path, monkeypatch, can):
    if not can:
        monkeypatch.setattr("ecd2g.experiments.records.run_folder.exchange", lambda *_: False)
    write_run(tmp_path / "run", "old")
    write_run(tmp_path / "run", "new", overwrite=True)
    assert (tmp_path / "run" / "numbers.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_exchange_with_what_is_not_there_changes_nothing(tmp_path):
    (tmp_path / "one").mkdir()
    assert not exchange(tmp_path / "one", tmp_path / "two")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def folder_with(tmp_path: Path, name: str, text: str) -> Path:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text(text)
    return tmp_path / "mine"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("thesis.txt", "years"),
        ("results.json", "{}"),
        ("results.json", "[1"),
        ("results.json", '{"format": 1}'),
    ],
)
def test_folders_of_others_are_never_replaced(tmp_path, name, text):
    mine = folder_with(tmp_path, name, text)
    assert not is_run_folder(mine)
    with pytest.raises(InputError, match="no earlier run folder"):
        write_run(mine, overwrite=True)
    assert (mine / name).read_text() == text


def test_empty_folder_and_plain_file_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    for name in ("empty", "file"):
        with pytest.raises(InputError, match="must not exist"):
            write_run(tmp_path / name, overwrite=True)
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.parametrize("name", ["notes.txt", "sub/notes.txt"])
def test_a_run_with_files_of_others_is_not_replaced(tmp_path, name):
    write_run(tmp_path / "run")
    (tmp_path / "run" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "run" / name).write_text("mine")
    with pytest.raises(InputError, match="notes.txt"):
        write_run(tmp_path / "run", overwrite=True)
    assert (tmp_path / "run" / name).read_text() == "mine"


def test_file_that_arrives_during_the_work_is_kept(tmp_path):
    write_run(tmp_path / "run")
    with pytest.raises(InputError, match="notes.txt"), run_folder(tmp_path / "run", overwrite=True):
        (tmp_path / "run" / "notes.txt").write_text("mine")
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"


def test_leftovers_of_a_killed_run_do_no_harm(tmp_path):
    (tmp_path / ".run.00000000.partial").mkdir()
    write_run(tmp_path / "run")
    assert is_run_folder(tmp_path / "run")


def test_a_parent_that_is_a_file_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="choose another --out"):
        write_run(tmp_path / "file" / "run")


def test_a_link_is_followed(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "run")
    write_run(tmp_path / "link", "old")
    write_run(tmp_path / "link", "new", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / "run" / "numbers.txt").read_text() == "new"
