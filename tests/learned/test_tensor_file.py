"""Files of tensors: whole or not at all, the same bytes for the same content, and nothing in them is ever run."""

import errno
import json
import os
import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from ecd2g.errors import InputError
from ecd2g.learned.tensor_file import read_tensors, write_durably, write_tensors

TENSORS = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(7, dtype=torch.int64)}
ABOUT = {"z": 1, "a": [0.1, None, "ohm"], "deep": {"true": True}}


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """The bytes of a good file."""
    path = tmp_path_factory.mktemp("good") / "good.safetensors"
    write_tensors(path, "thing", TENSORS, ABOUT)
    return path.read_bytes()


def refused(path, word=None):
    with pytest.raises(InputError, match=word) as caught:
        read_tensors(path, "thing")
    message = str(caught.value)
    assert str(path) in message
    assert len(message.splitlines()) <= 2
    return message


def test_what_is_written_is_read(tmp_path):
    write_tensors(tmp_path / "one", "thing", TENSORS, ABOUT)
    tensors, about = read_tensors(tmp_path / "one", "thing")
    assert about == ABOUT
    assert tensors.keys() == TENSORS.keys()
    assert all(torch.equal(tensors[name], TENSORS[name]) for name in TENSORS)
    assert tensors["b"].dtype == torch.int64


def test_the_same_content_gives_the_same_bytes(tmp_path, content):
    for number in range(5):
        write_tensors(tmp_path / str(number), "thing", TENSORS, ABOUT)
        assert (tmp_path / str(number)).read_bytes() == content


def test_numbers_that_json_does_not_know_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_tensors(tmp_path / "one", "thing", TENSORS, {"x": float("nan")})
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=60)
@given(data=st.data())
def test_files_cut_short_are_refused(tmp_path_factory, content, data):
    path = tmp_path_factory.getbasetemp() / "short"
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    refused(path, "damaged")


@settings(max_examples=60)
@given(noise=st.binary(max_size=300), length=st.integers(0, 300))
def test_noise_is_refused(tmp_path_factory, noise, length):
    """Alone, and behind a header length that fits."""
    path = tmp_path_factory.getbasetemp() / "noise"
    for text in (noise, length.to_bytes(8, "little") + noise, len(noise).to_bytes(8, "little") + noise):
        path.write_bytes(text)
        refused(path)


@settings(max_examples=60)
@given(data=st.data())
def test_a_damaged_header_is_refused_or_reads_as_the_same_kind(tmp_path_factory, content, data):
    """Flipped bits may hide in a name or a number, but no other error than InputError leaves the reader."""
    size = 8 + int.from_bytes(content[:8], "little")
    where = data.draw(st.integers(0, size - 1))
    damaged = bytearray(content)
    damaged[where] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.getbasetemp() / "flipped"
    path.write_bytes(damaged)
    try:
        read_tensors(path, "thing")
    except InputError:
        return


class Bomb:
    def __reduce__(self):
        return os.mkdir, (os.environ["ECD2G_BOMB"],)


@pytest.mark.parametrize("write", [pickle.dump, torch.save])
def test_pickles_are_never_opened(tmp_path, monkeypatch, write):
    monkeypatch.setenv("ECD2G_BOMB", str(tmp_path / "exploded"))
    with (tmp_path / "one").open("wb") as file:
        write(Bomb(), file)
    refused(tmp_path / "one", "damaged or of another kind")
    assert not (tmp_path / "exploded").exists()


def test_other_safetensors_files_are_refused(tmp_path):
    save_file(TENSORS, tmp_path / "bare")
    refused(tmp_path / "bare", "another safetensors file")
    for number, text in enumerate(["[1]", "3", '"x"', "null", "{}", '{"kind": "other", "version": "1"}']):
        path = tmp_path / str(number)
        save_file(TENSORS, path, {"ecd2g": text})
        refused(path, "another safetensors file")
    save_file(TENSORS, tmp_path / "no json", {"ecd2g": "{"})
    refused(tmp_path / "no json", "damaged")
    save_file(TENSORS, tmp_path / "deep", {"ecd2g": "[" * 200_000})
    refused(tmp_path / "deep", "damaged")


def test_kind_and_version_are_checked(tmp_path):
    write_tensors(tmp_path / "one", "other thing", TENSORS, ABOUT)
    refused(tmp_path / "one", "another")
    save_file(
        TENSORS, tmp_path / "new", {"ecd2g": json.dumps({"kind": "thing", "version": "2", "about": {}})}
    )
    assert "version 1, got version 2" in refused(tmp_path / "new")
    for about in ({}, {"about": None}, {"about": [1]}):
        header = json.dumps({"kind": "thing", "version": "1"} | about)
        save_file(TENSORS, tmp_path / "empty", {"ecd2g": header})
        refused(tmp_path / "empty", "belong")


def test_missing_files_and_folders_are_refused(tmp_path):
    refused(tmp_path / "none", "no such file")
    refused(tmp_path)
    (tmp_path / "empty").touch()
    refused(tmp_path / "empty", "damaged")


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failure_leaves_the_file_before_whole(tmp_path, monkeypatch, failure, call):
    write_durably(tmp_path / "one", b"old")

    def fail(*_arguments):
        raise failure

    if call == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(type(tmp_path), "replace", fail)
    with pytest.raises(type(failure)):
        write_durably(tmp_path / "one", b"new, and longer")
    monkeypatch.undo()
    assert (tmp_path / "one").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_disk_that_fills_up_half_way_leaves_the_file_before_whole(tmp_path):
    """No simulation: the system refuses to write beyond 1000 bytes."""
    import resource

    write_durably(tmp_path / "one", b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_durably(tmp_path / "one", bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (tmp_path / "one").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_all_digits_survive(tmp_path, dtype):
    values = torch.from_numpy((np.random.default_rng(0).normal(size=50) * 1e9).astype(dtype))
    write_tensors(tmp_path / "one", "thing", {"x": values}, {})
    assert torch.equal(read_tensors(tmp_path / "one", "thing")[0]["x"], values)
