"""Arrays in .npy and .npz files of strangers: nothing is unpickled, and no room is made for what is only declared."""

import io
import warnings
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecd2g.memory import require_memory

ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
"""How archives begin."""

HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
    (3, 0): np.lib.format.read_array_header_2_0,
}
"""Versions of the format; the third spells names of fields in UTF-8, and no file of ours has fields."""


def read_arrays(file: Path) -> dict[str, NDArray]:
    """The arrays of an archive by name, or the only one of a .npy file as "samples".

    CapacityError where an archive declares more than fits into memory, for a few bytes can declare any number; else
    any error of numpy, zipfile or zlib, for none of them lists what damaged files raise.
    """
    content = file.read_bytes()
    return _archive(file, content) if content.startswith(ARCHIVE) else {"samples": _array(content)}


def _archive(file: Path, content: bytes) -> dict[str, NDArray]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = [member.filename.removesuffix(".npy") for member in members]
        if len(set(names)) < len(names):
            raise ValueError(f"it holds arrays of the same name among {sorted(names)}")
        if {member.compress_type for member in members} - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise ValueError("it is compressed in another way than numpy does")
        unpacked = sum(member.file_size for member in members)
        require_memory(unpacked, f"unpacking {file}", "check that it is intact, or store fewer numbers in it")
        return {name: _array(_unpacked(archive, member)) for name, member in zip(names, members, strict=True)}


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as stream:
        return stream.read(member.file_size)  # without a number it would unpack more than is declared


def _array(content: bytes) -> NDArray:
    """A view of the bytes of a .npy file."""
    if not content.startswith(np.lib.format.MAGIC_PREFIX):
        raise ValueError("it does not begin like one")
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version not in HEADERS:
        raise ValueError(f"version {version} of its format is unknown")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numpy remarks that Python 2 wrote a file
        shape, is_fortran, dtype = HEADERS[version](stream)
    if dtype.hasobject:
        raise ValueError("it holds Python objects")
    if min(shape, default=0) < 0:  # numpy takes -1 for as many as there are
        raise ValueError(f"it declares the shape {shape}")
    return np.ndarray(shape, dtype, content, stream.tell(), order="F" if is_fortran else "C")
