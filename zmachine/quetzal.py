"""Quetzal, the common format of saved games (Martin Frost, version 1.4, 1997): an IFF FORM IFZS.

    IFhd  which story the game is of, and the program counter  (section 5)
    CMem  dynamic memory, as its difference from the story's   (section 3)
    UMem  dynamic memory as it is, instead of CMem             (section 3)
    Stks  the frames of the call stack, oldest first           (section 4)

Other chunks (IntD, AUTH, ANNO, "(c) " and interpreters' own) are passed over, and so are all but
the first chunk of each kind.
"""

import re
from typing import NamedTuple

from zmachine import iff
from zmachine.iff import Chunk, IFFError

_IFHD = 13  # bytes in IFhd: release 2, serial 6, checksum 2, program counter 3
_FRAME = 8  # bytes of a frame before its locals
_MAX_STACK = 1 << 20  # bytes in Stks; interpreters' stacks hold a few thousand words
_DISCARD = 0x10  # the p bit in a frame's flags: the call discards its result (section 4.6)


class QuetzalError(ValueError):
    """The saved game is damaged, of another story, or cannot be written."""


class Frame(NamedTuple):
    """One routine call on the stack (section 4.3).

    return_pc: byte address to return to, 0..$FFFFFF.
    store: number of the variable that takes the result, 0..255; None if the result is discarded.
    arguments: how many arguments the call supplied, 0..7.
    locals: the current values of the local variables, at most 15 words 0..$FFFF.
    stack: the frame's evaluation stack, words 0..$FFFF, the top last.
    """

    return_pc: int
    store: int | None
    arguments: int
    locals: tuple[int, ...]
    stack: tuple[int, ...]


class Saved(NamedTuple):
    """A saved game.

    release, serial (6 bytes), checksum: the story's, from its header.
    pc: byte address, 0..$FFFFFF; in versions 1 to 3 of the branch bytes of `save`, later of its
        store byte (section 5).  Whether it lies in the story is for the caller to check.
    memory: all of dynamic memory.
    frames: the call stack, oldest first.  Except in version 6, whose main is a routine, the first
        is a dummy that holds the main program's evaluation stack (section 4.11).
    """

    release: int
    serial: bytes
    checksum: int
    pc: int
    memory: bytes
    frames: tuple[Frame, ...]


def write(saved: Saved, original: bytes, *, compressed: bool = True) -> bytes:
    """Write a saved game: the bytes of a Quetzal file, with CMem, or UMem if not `compressed`.

    `original` is the story's dynamic memory as loaded from its file, as long as `saved.memory`.
    Raises QuetzalError for a value that does not fit its field.
    """
    if len(saved.memory) != len(original):
        raise QuetzalError(
            f"{len(saved.memory)} bytes of memory; the story's dynamic memory has {len(original)}"
        )
    if len(saved.serial) != 6:
        raise QuetzalError(f"a serial code of {len(saved.serial)} bytes, not 6")
    _check_main(saved.frames, original)
    header = (
        _bytes(saved.release, 2, "release number")
        + saved.serial
        + _bytes(saved.checksum, 2, "checksum")
        + _bytes(saved.pc, 3, "program counter")
    )
    if compressed:
        memory = Chunk(b"CMem", _compress(_xor(saved.memory, original)))
    else:
        memory = Chunk(b"UMem", saved.memory)
    stacks = b"".join(_pack(frame) for frame in saved.frames)
    if len(stacks) > _MAX_STACK:
        raise QuetzalError(f"a stack of {len(stacks)} bytes: at most {_MAX_STACK} are allowed")
    return iff.form(b"IFZS", [Chunk(b"IFhd", header), memory, Chunk(b"Stks", stacks)])


def read(data: bytes, original: bytes) -> Saved:
    """Read the saved game in the Quetzal file `data`; `original` is as in `write`.

    Does not look whether the game is of this story: see `check`.  Raises QuetzalError.
    """
    try:
        chunks = iff.chunks(data, b"IFZS")
    except IFFError as error:
        raise QuetzalError(f"not a saved game: {error}") from error
    header = _find(chunks, b"IFhd").data
    if len(header) != _IFHD:
        raise QuetzalError(f"chunk IFhd has {len(header)} bytes, not {_IFHD}")
    frames = _unpack_all(_find(chunks, b"Stks").data)
    _check_main(frames, original)
    return Saved(
        release=int.from_bytes(header[0:2], "big"),
        serial=header[2:8],
        checksum=int.from_bytes(header[8:10], "big"),
        pc=int.from_bytes(header[10:13], "big"),
        memory=_memory(_find(chunks, b"CMem", b"UMem"), original),
        frames=frames,
    )


def check(saved: Saved, header: bytes) -> None:
    """Check that `saved` is of the story whose header (its first 30 bytes or more) is given.

    A header without a checksum ($0000, as in early stories) agrees with any: the saved one was
    then computed from the story.  Raises QuetzalError.  Source: section 5.
    """
    if len(header) < 0x1E:
        raise QuetzalError(f"a story header of {len(header)} bytes is too short")
    checksum = int.from_bytes(header[0x1C:0x1E], "big")
    if (
        saved.release != int.from_bytes(header[0x02:0x04], "big")
        or saved.serial != header[0x12:0x18]
        or checksum not in (0, saved.checksum)
    ):
        serial = iff.name(saved.serial)
        raise QuetzalError(f"saved by another story (release {saved.release}, serial {serial})")


def _find(chunks: list[Chunk], *ids: bytes) -> Chunk:
    """The first chunk with one of the IDs; the standard has a reader pass over any others."""
    for chunk in chunks:
        if chunk.id in ids:
            return chunk
    raise QuetzalError(f"no {' or '.join(map(iff.name, ids))} chunk")


def _check_main(frames: tuple[Frame, ...], original: bytes) -> None:
    """The first frame is the main program's; only in version 6 is that a routine (section 4.11)."""
    if not frames:
        raise QuetzalError("the stack has no frames")
    if original[:1] != b"\x06" and (frames[0].locals or frames[0].arguments):
        raise QuetzalError("the first frame has locals or arguments: it is no dummy frame")


# Dynamic memory (section 3)


def _memory(chunk: Chunk, original: bytes) -> bytes:
    if chunk.id == b"CMem":
        return _xor(_expand(chunk.data, len(original)), original)
    if len(chunk.data) != len(original):
        raise QuetzalError(
            f"UMem has {len(chunk.data)} bytes; the story's dynamic memory has {len(original)}"
        )
    return chunk.data


def _xor(memory: bytes, original: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(memory, original, strict=True))


def _compress(difference: bytes) -> bytes:
    """Write each run of 1 to 256 zeros as a zero and the run's length less one.

    Zeros at the end are left out, as the standard allows: a reader supplies them.
    """
    return re.sub(rb"\0{1,256}", lambda run: bytes((0, len(run[0]) - 1)), difference.rstrip(b"\0"))


def _expand(packed: bytes, size: int) -> bytes:
    """Undo `_compress` into exactly `size` bytes; zeros left out at the end are supplied."""
    difference = bytearray()
    at = 0
    while at < len(packed):
        if packed[at]:
            difference.append(packed[at])
            at += 1
        elif at + 1 < len(packed):
            difference += bytes(packed[at + 1] + 1)
            at += 2
        else:
            raise QuetzalError("CMem ends within a run of zeros")
        if len(difference) > size:
            raise QuetzalError(f"CMem is longer than the story's dynamic memory of {size} bytes")
    return bytes(difference).ljust(size, b"\0")


# The stack (section 4)


def _pack(frame: Frame) -> bytes:
    if len(frame.locals) > 15:
        raise QuetzalError(f"a frame with {len(frame.locals)} locals: at most 15 are allowed")
    if not 0 <= frame.arguments <= 7:
        raise QuetzalError(f"a frame with {frame.arguments} arguments: 0 to 7 are allowed")
    flags = len(frame.locals) | (_DISCARD if frame.store is None else 0)
    return (
        _bytes(frame.return_pc, 3, "return address")
        + bytes([flags])
        + _bytes(frame.store or 0, 1, "result variable")
        + bytes([(1 << frame.arguments) - 1])
        + _bytes(len(frame.stack), 2, "evaluation stack's size")
        + b"".join(_bytes(word, 2, "word") for word in frame.locals + frame.stack)
    )


def _unpack_all(data: bytes) -> tuple[Frame, ...]:
    if len(data) > _MAX_STACK:
        raise QuetzalError(f"Stks has {len(data)} bytes: at most {_MAX_STACK} are allowed")
    frames: list[Frame] = []
    at = 0
    while at < len(data):
        frame = _unpack(data, at)
        frames.append(frame)
        at += _FRAME + 2 * (len(frame.locals) + len(frame.stack))
    return tuple(frames)


def _unpack(data: bytes, at: int) -> Frame:
    if at + _FRAME > len(data):
        raise QuetzalError(f"the frame at byte {at} of Stks is cut short")
    flags, variable, mask = data[at + 3 : at + 6]
    if flags & 0xE0:
        raise QuetzalError(f"the frame at byte {at} of Stks has undefined flags ${flags:02X}")
    # Bit n stands for argument n + 1; a call cannot supply an argument and not those before it.
    arguments = mask.bit_length()
    if mask != (1 << arguments) - 1 or arguments > 7:
        raise QuetzalError(f"the frame at byte {at} of Stks has argument mask ${mask:02X}")
    first = at + _FRAME
    middle = first + 2 * (flags & 0x0F)
    last = middle + 2 * int.from_bytes(data[at + 6 : first], "big")
    if last > len(data):
        raise QuetzalError(f"the frame at byte {at} of Stks is cut short")
    return Frame(
        return_pc=int.from_bytes(data[at : at + 3], "big"),
        store=None if flags & _DISCARD else variable,
        arguments=arguments,
        locals=_words(data[first:middle]),
        stack=_words(data[middle:last]),
    )


def _words(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))


def _bytes(value: int, size: int, what: str) -> bytes:
    """A big-endian number of `size` bytes."""
    if not 0 <= value < 1 << 8 * size:
        raise QuetzalError(f"a {what} of {value} does not fit in {size} bytes")
    return value.to_bytes(size, "big")
