"""File names of DOS: eight characters, a dot, three; capitals of code page 437.

A name is kept as text ("README.TXT"); only on the way to and from the task is it bytes.
"""

from __future__ import annotations

from collections.abc import Iterable

CODE_PAGE = "cp437"
DEVICES = frozenset(
    ["CON", "NUL", "AUX", "PRN", "CLOCK$"]
    + [f"COM{n}" for n in range(1, 5)]
    + [f"LPT{n}" for n in range(1, 4)]
)
_ENDS = frozenset('"+,./:;<=>[\\]|')  # where DOS takes a name to end, as at a control character
_SEPARATORS = frozenset('"*+,./:;<=>?[\\]|\x7f ')  # what no name may contain
ANY = "?" * 11


def _is_encodable(text: str) -> bool:
    try:
        text.encode(CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return True


def upper(text: str) -> str:
    """Capitals, where the code page has one for the letter."""
    return "".join(_capital(c) for c in text)


def _capital(character: str) -> str:
    capital = character.upper()
    if len(capital) == 1 and _is_encodable(capital):
        return capital
    return character


def from_task(raw: bytes) -> str:
    """A name or path as the program wrote it, in capitals."""
    return upper(raw.decode(CODE_PAGE))


def _is_part(text: str, longest: int) -> bool:
    return (
        len(text) <= longest
        and _is_encodable(text)
        and not any(c < " " or c in _SEPARATORS for c in text)
    )


def is_device(name: str) -> bool:
    """Whether DOS takes this name for a device; an extension does not matter to it."""
    return name.partition(".")[0] in DEVICES


def is_name(text: str) -> bool:
    """Whether `text` is the name of a file or directory, just as DOS would write it."""
    stem, dot, extension = text.partition(".")
    return (
        bool(stem)
        and bool(extension) == bool(dot)
        and _is_part(stem, 8)
        and _is_part(extension, 3)
        and upper(text) == text
        and not is_device(text)
    )


def component(text: str) -> str | None:
    """The name that a component of a path means; None: there is something behind it, as in
    "A.B.C", or no name at all."""
    stem, _, extension = text.partition(".")
    if any(c < " " or c in _ENDS for c in stem + extension):
        return None
    return cut(text) if stem.rstrip(" ") else None


def cut(text: str) -> str:
    """A name with what is too long for its field cut off, and without spaces at their ends."""
    stem, _, extension = text.partition(".")
    extension = extension[:3].rstrip(" ")
    return stem[:8].rstrip(" ") + ("." + extension if extension else "")


def short_names(hosts: Iterable[str]) -> dict[str, str]:
    """The DOS name of each of a folder's host names: DOS name -> host name.

    Names that fit stay as they are; others, and the second of two that differ in case only, become
    LONGNA~1.TXT, numbered in the host names' order.
    """
    names: dict[str, str] = {}
    odd: list[str] = []
    for host in sorted(hosts):
        short = upper(host)
        if is_name(short) and short not in names:
            names[short] = host
        else:
            odd.append(host)
    numbers: dict[tuple[str, str], int] = {}
    for host in odd:
        names[_alias(host, names, numbers)] = host
    return names


def _alias(host: str, taken: dict[str, str], numbers: dict[tuple[str, str], int]) -> str:
    stem, _, extension = host.rpartition(".") if "." in host.lstrip(".") else (host, "", "")
    key = (_clean(stem)[:6] or "FILE", _clean(extension)[:3])
    while True:
        numbers[key] = number = numbers.get(key, 0) + 1
        tail = f"~{number}"
        name = cut(f"{key[0][: 8 - len(tail)]}{tail}.{key[1]}")
        if name not in taken:
            return name


def _clean(text: str) -> str:
    return "".join(c for c in upper(text) if _is_part(c, 1))


def to_field(name: str) -> str:
    """The 11 characters of a directory entry: "README  TXT". A * becomes question marks."""
    if name in (".", ".."):
        return name.ljust(11)
    stem, _, extension = name.partition(".")
    return _field(stem, 8) + _field(extension, 3)


def _field(text: str, size: int) -> str:
    before, star, _ = text.partition("*")
    return (before[:size].ljust(size, "?") if star else text[:size].ljust(size))[:size]


def from_field(field: str) -> str:
    """The reverse of `to_field`."""
    stem, extension = field[:8].rstrip(" "), field[8:11].rstrip(" ")
    return stem + ("." + extension if extension else "")


def matches(template: str, name: str) -> bool:
    """Whether the name agrees with the 11 characters of `template`, in which ? is any."""
    return all(t in ("?", c) for t, c in zip(template, to_field(name), strict=True))


def renamed(template: str, name: str) -> str:
    """The name with its characters replaced by those of `template` that are not question marks."""
    pairs = zip(template, to_field(name), strict=True)
    return from_field("".join(c if t == "?" else t for t, c in pairs))
