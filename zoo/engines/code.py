"""Images of native code in this process: mapped in a moment, without LLVM."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from zoo.engines.image import ALIGNMENT, Image


class Code(NamedTuple):
    """An image that was loaded. addresses: of its functions, as long as `memory` is referred to."""

    addresses: dict[str, int]
    memory: Any


def load(images: Sequence[Image], known: Mapping[str, int]) -> list[Code]:
    """Load images; what they call is `known` by its address, or the C library's."""
    flat = iter(_mapped([image for image in images if image.flat], known))
    return [next(flat) if image.flat else _linked(image, known) for image in images]


def _mapped(images: Sequence[Image], known: Mapping[str, int]) -> list[Code]:
    """The images in one piece of memory, which is written first and then only run."""
    size = sum(len(image.code) + ALIGNMENT for image in images)
    if not size:
        return []
    memory = mmap.mmap(-1, size, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    loaded: list[Code] = []
    at = 0
    for image in images:
        memory[at : at + len(image.code)] = image.code
        for name, place in image.imports.items():
            address = _address(name, known)
            memory[at + place : at + place + 8] = address.to_bytes(8, "little")
        addresses = {name: base + at + place for name, place in image.exports.items()}
        loaded.append(Code(addresses, memory))
        at += len(image.code) + -len(image.code) % ALIGNMENT
    protect = ctypes.CDLL(None, use_errno=True).mprotect
    protect.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    if protect(base, size, mmap.PROT_READ | mmap.PROT_EXEC):
        raise OSError(ctypes.get_errno(), "the system lets no memory be made executable")
    return loaded


def _address(name: str, known: Mapping[str, int]) -> int:
    if name in known:
        return known[name]
    function = ctypes.cast(getattr(ctypes.CDLL(None), name), ctypes.c_void_p)
    assert function.value is not None
    return function.value


def _linked(image: Image, known: Mapping[str, int]) -> Code:
    from zoo.engines.backend import link

    return link(image, {name: _address(name, known) for name in image.imports})
