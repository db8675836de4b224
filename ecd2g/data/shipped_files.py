"""The data files shipped with the package, each checked against its fingerprint when read."""

import gzip
import hashlib
import zlib
from importlib import resources

from ecd2g.errors import InputError

SHA256 = {
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
