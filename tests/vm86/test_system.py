"""Protected mode, case by case: the programs of tests/vm86/system print what a 386 prints."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from vm86.boot import boot
from zoo.host import Event, Host
from zoo.registers import HOST

SYSTEM = Path(__file__).parent / "system"
PROGRAMS = sorted(path.stem for path in SYSTEM.glob("*.asm"))
BUDGET = 50_000_000  # instructions, ten times what the longest needs


class Debugger(Host):
    """Keeps what is written to port E9h."""

    def __init__(self) -> None:
        self.text = b""

    def show(self, events: Sequence[Event]) -> None:
        self.text += b"".join(data for kind, data in events if kind == "debug")


@pytest.fixture(scope="module")
def images(nasm: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The programs' floppies, as nasm makes them."""
    folder = tmp_path_factory.mktemp("system")
    for name in PROGRAMS:
        source = SYSTEM / f"{name}.asm"
        command = [nasm, "-f", "bin", "-i", f"{SYSTEM}/", "-o", str(folder / name), str(source)]
        subprocess.run(command, check=True)
    return {name: (folder / name).read_bytes() for name in PROGRAMS}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_prints_what_a_386_prints(
    name: str, images: dict[str, bytes], engine: str
) -> None:
    host = Debugger()
    stop = boot(images[name], host, engine).run(BUDGET)
    expected = (SYSTEM / f"{name}.log").read_text().splitlines()
    assert host.text.decode("ascii").splitlines() == expected
    assert stop.reason == HOST  # HLT, and nothing that could go on


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("name", ["faults", "gates", "paging", "tasks", "v86"])
def test_translations_do_it_too(name: str, images: dict[str, bytes]) -> None:
    """Whatever runs twice is translated, and the program waits for that."""
    host = Debugger()
    session = boot(images[name], host, "recompile")
    assert session.run(BUDGET).reason == HOST
    expected = (SYSTEM / f"{name}.log").read_text().splitlines()
    assert host.text.decode("ascii").splitlines() == expected
    figures = session.engine.figures()
    assert figures["translated_instructions"] > figures["loop_instructions"]
