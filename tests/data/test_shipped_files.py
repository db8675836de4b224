import gzip
from importlib import resources

import pytest

from ecd2g.data.shipped_files import SHA256, read_shipped, verify
from ecd2g.errors import InputError


def test_one_flipped_bit_is_noticed():
    content = bytearray(read_shipped("ss_sequences.txt"))
    assert verify("ss_sequences.txt", bytes(content)) == content
    content[1000] ^= 1
    with pytest.raises(InputError, match="reinstall"):
        verify("ss_sequences.txt", bytes(content))


@pytest.mark.parametrize(
    "packed",
    [b"", b"no gzip", gzip.compress(b"other"), gzip.compress(b"cut")[:-9]],
    ids=["empty", "no gzip", "other content", "cut short"],
)
def test_a_damaged_archive_is_an_input_error(packed, tmp_path, monkeypatch):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "ss_sequences.txt.gz").write_bytes(packed)
    monkeypatch.setattr(resources, "files", lambda package: tmp_path)
    with pytest.raises(InputError, match="reinstall"):
        read_shipped("ss_sequences.txt")


def test_an_unknown_name_is_refused():
    with pytest.raises(InputError, match="ss_sequences"):
        read_shipped("other.txt")


def test_source_licence_and_fingerprint_of_every_file_are_stated():
    folder = resources.files("ecd2g.data").joinpath("files")
    text = folder.joinpath("LICENSES.md").read_text("utf-8")
    for name, fingerprint in SHA256.items():
        assert f"{name}.gz" in text
        assert fingerprint in text
    shipped = {entry.name for entry in folder.iterdir()} - {"LICENSES.md"}
    assert shipped == {f"{name}.gz" for name in SHA256}


@pytest.mark.parametrize("name", SHA256)
def test_every_shipped_file_is_whole(name):
    assert read_shipped(name)


@pytest.mark.parametrize("name", SHA256)
def test_no_archive_carries_the_time_of_packing(name):
    packed = resources.files("ecd2g.data").joinpath("files", f"{name}.gz").read_bytes()
    assert packed[4:8] == bytes(4)
