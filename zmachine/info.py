"""What a story file's header says, in words (section 11), and what a Blorb brings with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from zmachine import blorb
from zmachine.story import Story
from zoo.facts import Fact, Section

# Flags 2 (11.1): what a story would like to use, by bit.
WISHES = {3: "pictures", 4: "undo", 5: "a mouse", 6: "colours", 7: "sounds", 8: "menus"}


def sections(data: bytes, name: str) -> list[Section]:
    """All that is known of a story file's bytes, or a Blorb's; raises ImageError."""
    story = Story(data, name)
    found = [
        Section("story", list(_identity(story, data))),
        Section("memory", list(_memory(story))),
        Section("tables", list(_tables(story))),
    ]
    if blorb.is_blorb(data):
        found.append(Section("bibliography", _careful(_bibliography, data)))
        found.append(Section("resources", _careful(_resources, data)))
    return found


def _identity(story: Story, data: bytes) -> Iterator[Fact]:
    yield Fact("version", story.version)
    yield Fact("release", story.release)
    yield Fact("serial", story.serial.decode("latin-1"))
    yield Fact("IFID", blorb.ifid(story.data))
    compiler = story.data[0x3C:0x40]
    if compiler[1:2] == b"." and compiler.isascii():  # Inform signs its work there
        yield Fact("compiler", f"Inform {compiler.decode()}")
    length = len(story.data)
    text = f"{length:,} bytes" + (
        f", of which {story.length:,} count" if length > story.length else ""
    )
    yield Fact("length", {"file": length, "header": story.length}, text)
    right = story.sum == story.checksum
    yield Fact(
        "checksum",
        {"given": story.checksum, "computed": story.sum, "right": right},
        f"{story.checksum:#06x}, which is right"
        if right
        else f"{story.checksum:#06x} given, {story.sum:#06x} computed",
    )
    if story.version < 4:
        kind = "the time" if story.version == 3 and story.data[1] & 2 else "score and turns"
        yield Fact("status line", kind)
    flags = story.word(0x10)
    wishes = [text for bit, text in WISHES.items() if story.version > 4 and flags >> bit & 1]
    yield Fact("would use", wishes, ", ".join(wishes) or "nothing special")
    if blorb.is_blorb(data):
        yield Fact("wrapped in", "Blorb", f"a Blorb file of {len(data):,} bytes")


def _memory(story: Story) -> Iterator[Fact]:
    """Dynamic memory, static memory, and high memory, which may begin inside the static (1.1)."""
    end = len(story.data)
    high = story.word(0x04)
    yield _stretch("dynamic", 0, story.static, end)
    yield _stretch("static", story.static, min(end, 0x10000), end)
    yield _stretch("high", min(high, end), end, end)


def _stretch(name: str, begin: int, end: int, whole: int) -> Fact:
    size = end - begin
    return Fact(
        name,
        {"begin": begin, "end": end},
        f"{begin:#07x} to {end:#07x}  {size:>7,} bytes  {100 * size // whole:>3}%",
    )


def _tables(story: Story) -> Iterator[Fact]:
    places = {
        "first instruction": story.start,
        "dictionary": story.dictionary,
        "objects": story.objects,
        "global variables": story.globals,
        "abbreviations": story.abbreviations,
    }
    if story.version > 4:
        places["header extension"] = story.word(0x36)
        places["alphabets"] = story.word(0x34)
        places["Unicode table"] = story.extension(3)
        places["line terminators"] = story.word(0x2E)
    if story.version == 7:
        places["routines' offset"] = 8 * story.word(0x28)
        places["strings' offset"] = 8 * story.word(0x2A)
    for name, address in places.items():
        yield Fact(name, address, f"{address:#07x}" if address else "none")


def _careful(part: Callable[[bytes], Iterator[Fact]], data: bytes) -> Sequence[Fact]:
    """The facts of a part of a Blorb; that it is damaged is also one."""
    try:
        return list(part(data))
    except blorb.BlorbError as error:
        return [Fact("damaged", str(error))]


def _bibliography(data: bytes) -> Iterator[Fact]:
    record = blorb.metadata(data)
    if record is None:
        yield Fact("none", None, "the file has no bibliographic record")
        return
    if record.ifids:
        yield Fact("IFIDs", list(record.ifids), ", ".join(record.ifids))
    for name, text in record._asdict().items():
        if text and isinstance(text, str):
            yield Fact(name, text)


def _resources(data: bytes) -> Iterator[Fact]:
    cover = blorb.frontispiece(data)
    for one in blorb.resources(data):
        name = f"{one.usage.strip()} {one.number}"
        is_cover = one.usage == "Pict" and one.number == cover
        yield Fact(
            name,
            {"type": one.type.strip(), "length": one.length, "cover": is_cover},
            f"{one.type.strip():<4}  {one.length:>9,} bytes" + (", the cover" if is_cover else ""),
        )
