"""The lines of a disassembly, which are also the source that gives the same bytes again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

COMMENT_COLUMN = 47


@dataclass(frozen=True, slots=True)
class Line:
    """One statement, and the bytes that it stands for.

    name: the mnemonic or directive.    result, branch: what follows the operands.
    comment: what a person may want to know, beside the address.
    """

    address: int
    code: bytes
    name: str
    operands: tuple[str, ...] = ()
    result: str = ""
    branch: str = ""
    label: str = ""
    comment: str = ""

    @property
    def source(self) -> str:
        """The statement, without its label."""
        return " ".join(
            part for part in (self.name, ", ".join(self.operands), self.result, self.branch) if part
        )

    def as_json(self) -> dict[str, object]:
        """The line as a JSON object's members; what is empty is left out."""
        members: dict[str, object] = {"address": self.address, "code": self.code.hex()}
        for name in ("label", "name", "operands", "result", "branch", "comment"):
            if value := getattr(self, name):
                members[name] = value
        return members


def text(lines: Iterable[Line]) -> Iterator[str]:
    """The lines as source text, addresses in comments."""
    for line in lines:
        if line.label:
            yield f"{line.label}:"
        comment = f"  {line.comment}" if line.comment else ""
        place = f"; {line.address:05x}" if line.code else ";" if comment else ""
        yield f"    {line.source:{COMMENT_COLUMN}} {place}{comment}".rstrip()
