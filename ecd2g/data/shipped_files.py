"""The data files shipped with the package, each checked against its fingerprint when read."""

import gzip
import hashlib
import zlib
from importlib import resources

from ecd2g.errors import InputError

SHA256 = {
    "digits.txt": "e6f8a51fa62c6dd5529498bdafaa6eddfec0a7374a68da33dc761af0a8b90eeb",
    "dist.female.first": "bd2f310fc4e5d5e5ea122c9d4342c9821145823118eb20db1647f305ec77b358",
    "dist.male.first": "0a5078ef6effe3b483d15b0f7f95047662126c9bfb624ecd5e5b978fc0f2470b",
    "ss_sequences.txt": "57720d487a803c482cb5dec902133e2dc484d6a35824e6ce2c7df9e04842ef5e",
}
"""Name of each shipped file to the SHA-256 of its content before compression."""


def read_shipped(name: str) -> bytes:
    """Uncompressed content of the shipped file `name`; InputError where it is damaged or unknown."""
    if name not in SHA256:
        raise InputError(f"the shipped files are {', '.join(sorted(SHA256))}, got {name!r}")
    packed = resources.files("ecd2g.data").joinpath("files", f"{name}.gz").read_bytes()
    try:
        content = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error):
        raise InputError(
            f"the shipped file {name}.gz must be a gzip file but is not; reinstall ecd2g"
        ) from None
    return verify(name, content)


def verify(name: str, content: bytes) -> bytes:
    """Hand the content back; InputError unless its SHA-256 is the one recorded for `name`."""
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise InputError(
            f"the shipped file {name} must have SHA-256 {SHA256[name]}, got {found}; reinstall ecd2g"
        )
    return content
