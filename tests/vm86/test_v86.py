"""Virtual-8086 mode under a guest's own monitor, and under the host's."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pytest

from vm86.boot import boot
from vm86.dos.mount import Mount
from vm86.machine import MACHINE
from vm86.reset import power_on
from vm86.services import Services
from vm86.state import State
from vm86.supervise import exits
from zoo.host import Event, Host
from zoo.registers import HOST
from zoo.session import Session

Assemble = Callable[[str, str], Path]


class Heard(Host):
    """Keeps what is written to port E9h, and to standard output. No key is pressed."""

    def __init__(self) -> None:
        self.debug = b""
        self.output = b""

    def on_redirected(self) -> list[bool]:
        return [True, False]

    def on_bytes(self, size: int) -> bytes:
        return b""

    def show(self, events: Sequence[Event]) -> None:
        for kind, data in events:
            if kind == "debug":
                self.debug += data
            elif kind == "bytes":
                self.output += data


# Where Bochs's lines are not a 386's: it has the flags AC and ID, and another keyboard controller.
CORRECTED = {
    "popfd iopl3 image FFFFFFFF": ("fl=00277FD7", "fl=00037FD7"),
    "in al,64h bitmap clear": ("ax=11112210", "ax=11112214"),
    "in al,dx only 64 allowed": ("ax=11112210", "ax=11112214"),
    "in ax,dx 64+65 allowed": ("ax=1111FFFF", "ax=1111FF14"),
}


def test_the_probe_prints_what_bochs_prints(corpus86: Path, engine: str) -> None:
    host = Heard()
    stop = boot((corpus86 / "v86probe" / "v86probe.bin").read_bytes(), host, engine).run(5_000_000)
    assert stop.reason == HOST
    expected = (corpus86 / "v86probe" / "bochs.log").read_text().splitlines()
    for n, line in enumerate(expected):
        bochs, chip = CORRECTED.get(line[:28].rstrip(), ("", ""))
        expected[n] = line.replace(bochs, chip)
    found = host.debug.decode("ascii").splitlines()
    assert len(found) == 89
    assert found == expected


@pytest.fixture
def monitor(nasm: str, corpus86: Path, tmp_path: Path) -> Callable[[str, int], bytes]:
    """Makes the diskette of the corpus's monitor, with one of the benchmarks as its task."""
    benchmarks = Path(os.environ.get("ZOO_BENCH") or Path(__file__).parents[3] / "shared" / "bench")

    def make(name: str, times: int) -> bytes:
        program = bytearray((benchmarks / "vm86" / f"{name}.com").read_bytes())
        program[3:5] = times.to_bytes(2, "little")
        task = tmp_path / f"{name}.com"
        task.write_bytes(program)
        image = tmp_path / "monitor.img"
        source = corpus86 / "v86mon" / "v86mon.asm"
        command = [nasm, "-f", "bin", f"-DCOM='{task}'", "-o", str(image), str(source)]
        subprocess.run(command, check=True)
        return image.read_bytes()

    return make


@pytest.mark.parametrize(("name", "times"), [("iflag", 2), ("int21", 1), ("sieve", 1)])
def test_a_guests_own_monitor_runs_a_task(
    monitor: Callable[[str, int], bytes], name: str, times: int, engine: str
) -> None:
    if engine != "interp":
        times *= 20  # so that there is something hot
    host = Heard()
    session = boot(monitor(name, times), host, engine)
    assert session.run(50_000_000).reason == HOST
    # The marks around the timed part, the result, and the monitor's own marks when the task ends.
    assert host.debug[:2] == b"<>" and host.debug[-2:] == b"XH"
    result = int(host.debug[2:10], 16)
    assert result == {"iflag": 0, "int21": 0, "sieve": 0x76B}[name]


def started(path: Path, host: Host, engine: str, native: bool = True) -> Session:
    """A DOS program. native: its characters need no host."""
    guest = power_on(path.read_bytes())
    services = Services(guest, host)
    if not native:
        services._note_console = lambda: None
    dos = services.boot([Mount("C", path.parent)])
    dos.load(path.read_bytes(), "C:\\TEST.COM", b"")
    return Session(MACHINE, guest, services, engine)


SENSITIVE = """
        cli
        sti
        pushf
        popf
        int 0x11
        in al, 0x61
        mov ax, 0x4C05
        int 0x21
"""


def test_the_monitor_counts_what_comes_to_it(assemble: Assemble, engine: str) -> None:
    session = started(assemble("test", SENSITIVE), Heard(), engine)
    session.run(1000)
    found = exits(cast(State, session.guest.state))
    assert found == {
        "cli": 1,
        "sti": 1,
        "pushf": 1,
        "popf": 1,
        "int": 2,
        "iret": 1,
        "port": 1,
        "hlt": 0,
        "service": 2,
        "exception": 0,
        "interrupt": 0,
    }


ADDRESS_LINE = """
        mov ax, 0xFFFF
        mov es, ax
        xor bx, bx
        mov ds, bx
        mov ax, [0x500]
        cmp ax, [es:0x510]                ; FFFF:0510 is 0000:0500 again
        mov dl, 'W'
        call equal
        mov ax, 0x2401                    ; open it
        int 0x15
        mov word [0x500], 0x1234
        mov word [es:0x510], 0x5678
        cmp word [0x500], 0x1234
        mov dl, 'O'
        call equal
        in al, 0x92                       ; close it
        and al, 0xFD
        out 0x92, al
        cmp word [es:0x510], 0x1234
        mov dl, 'C'
        call equal
        mov ax, 0x4C00
        int 0x21
equal:  je print
        mov dl, '-'
print:  mov ah, 2
        int 0x21
        ret
"""


def test_the_monitor_opens_address_line_20(assemble: Assemble, engine: str) -> None:
    host = Heard()
    started(assemble("test", ADDRESS_LINE), host, engine).run(1000)
    assert host.output == b"WOC"


PRINTS = """
        mov cx, 2500
        mov bl, 0
next:   mov dl, bl
        mov ah, 2
        test cl, 1
        jz print
        mov ah, 6
        cmp dl, 0xFF
        jne print
        dec dl
print:  int 0x21
        inc bl
        test cl, 63
        jnz on
        mov ah, 2
        mov dl, 13
        int 0x21
        mov dl, 10
        int 0x21
on:     loop next
        mov ax, 0x4C00
        int 0x21
"""


def test_characters_printed_without_the_host_are_printed_alike(
    assemble: Assemble, engine: str
) -> None:
    """All characters, lines that wrap and a screen that scrolls: the same memory and output."""
    path = assemble("test", PRINTS)
    ends: list[tuple[bytes, bytes, list[int]]] = []
    for native in (True, False):
        host = Heard()
        session = started(path, host, engine, native)
        session.run(100_000)
        services = session.services
        assert isinstance(services, Services)
        memory = bytes(services.task.read(0, 1 << 20))
        ends.append((memory, host.output, services.ports.adapter.crtc))
        asked = exits(cast(State, session.guest.state))["service"]
        assert (asked < 500) == native
    assert len(ends[0][1]) > 2500
    assert ends[0] == ends[1]
