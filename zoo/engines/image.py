"""Native code as it is kept: images, which need only be put into memory to be run.

An image is position-independent, with all its references within it resolved when it is made. What
it calls elsewhere it calls through stubs at its end, each with room for an address. Where the
compiler's output is not understood, the object file stands in an image's place, for LLVM to load.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

ALIGNMENT = 64  # of an image in memory


class Image(NamedTuple):
    """exports: where its functions begin.  imports: where the addresses of those belong that it
    calls (8 bytes).  In an object file (not flat) only LLVM knows the places, and these are 0."""

    code: bytes
    exports: Mapping[str, int]
    imports: Mapping[str, int]
    flat: bool = True


def packed(image: Image, **more: Any) -> bytes:
    """An image as bytes for a file; `more` is kept with it."""
    members = {**image._asdict(), **more, "code": len(image.code)}
    return json.dumps(members).encode() + b"\n" + image.code


def unpacked(data: bytes) -> Iterator[tuple[Image, dict[str, Any]]]:
    """The images that follow each other in a file, and what was kept with each."""
    at = 0
    while at < len(data):
        start = data.index(b"\n", at) + 1
        more = json.loads(data[at:start])
        at = start + more.pop("code")
        image = Image(data[start:at], more.pop("exports"), more.pop("imports"), more.pop("flat"))
        yield image, more
