"""Machines that have nothing but a ROM: what it finds after a reset, and how its run ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from vm86.boot import start_rom
from zoo.host import Event, Host
from zoo.registers import BUDGET, HOST

Burn = Callable[[str], Path]

# The code of a test stands at F000:0000; what it has nothing more to do, it halts.
SOURCE = """
bits 16
cpu 386
%macro say 1
        mov al, %1
        out 0xE9, al
%endmacro
%macro post 1
        mov al, %1
        mov dx, 0x190
        out dx, al
%endmacro
%macro vector 2                 ; number, handler
        mov word [4 * %1], %2
        mov word [4 * %1 + 2], cs
%endmacro
start:  xor ax, ax
        mov ds, ax
        mov ss, ax
        mov sp, 0x7000
"""
END = """
        cli
        hlt
        times 0xFFF0 - ($ - $$) db 0x90
        jmp 0xF000:start
        times 0x10000 - ($ - $$) db 0
"""


@pytest.fixture
def burn(nasm: str, tmp_path: Path) -> Burn:
    """Makes a ROM's file of its code."""

    def make(code: str) -> Path:
        source, image = tmp_path / "rom.asm", tmp_path / "rom.bin"
        source.write_text(SOURCE + code + END)
        subprocess.run([nasm, "-f", "bin", "-o", str(image), str(source)], check=True)
        return image

    return make


class Heard(Host):
    """Keeps what is written to the ports."""

    def __init__(self) -> None:
        self.text = ""

    def show(self, events: Sequence[Event]) -> None:
        self.text += "".join(data.decode("latin-1") for kind, data in events if kind == "debug")


def started(image: Path, engine: str, budget: int = 3_000_000) -> tuple[str, int]:
    """What a ROM says, and why it has stopped."""
    host, data = Heard(), image.read_bytes()
    stop = start_rom(data, 0x100000 - len(data), host, engine).run(budget)
    return host.text, stop.reason


def zoo(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zoo", "run", "--engine", "interp", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_a_rom_is_seen_below_the_end_of_memory(burn: Burn, engine: str) -> None:
    """And below 1 MiB; in neither place it can be written."""
    image = burn("""
        mov byte [cs:there], 'W'
        say [cs:there]
        cli
        lgdt [cs:table]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        mov ax, 8
        mov ds, ax
        mov byte [dword 0xFFFF0000 + there], 'W'
        say [dword 0xFFFF0000 + there]
        say [dword 0xF0000 + there]
        jmp over
there:  db 'R'
        align 4
gdt:    dq 0, 0x00CF92000000FFFF
table:  dw 15
        dd 0xF0000 + gdt
over:
""")
    assert started(image, engine) == ("RRR", HOST)


def test_a_rom_of_128_kib(burn: Burn, engine: str) -> None:
    image = burn("""
        mov ax, 0xE000
        mov es, ax
        say [es:0]
        say [es:0xFFFF]
        say 'F'
""")
    image.write_bytes(b"A" + bytes(0xFFFE) + b"Z" + image.read_bytes())
    assert started(image, engine) == ("AZF", HOST)


def test_nothing_interrupts_after_a_reset(burn: Burn, engine: str) -> None:
    """The timer does not count, and the interrupt controllers let nothing through."""
    image = burn("""
        vector 8, tick
        vector 9, tick
        sti
        mov ecx, 500000
spin:   a32 loop spin
        in al, 0x21
        cmp al, 0xFF
        jne tick
        say 'Q'
        jmp over
tick:   say 'T'
over:
""")
    assert started(image, engine) == ("Q", HOST)


PROGRAM = """
        vector 0x28, tick
        mov al, 0x11            ; ICW1 to ICW4: interrupts from 28h on
        out 0x20, al
        mov al, 0x28
        out 0x21, al
        mov al, 4
        out 0x21, al
        mov al, 1
        out 0x21, al
        mov al, 0xFE
        out 0x21, al
        mov al, 0x34            ; channel 0, mode 2
        out 0x43, al
        mov al, 0
        out 0x40, al
        mov al, 0x10
        out 0x40, al
"""
HANDLER = """
        jmp over
tick:   push ax
        mov al, 0x20
        out 0x20, al
        say 'T'
        pop ax
        iret
over:
"""


def test_hlt_waits_for_the_timer_that_a_rom_has_set_up(burn: Burn, engine: str) -> None:
    image = burn(PROGRAM + "sti\n hlt\n say '1'\n hlt\n say '2'\n cli" + HANDLER)
    assert started(image, engine) == ("T1T2", HOST)


@pytest.mark.parametrize("mask", ["", "mov al, 1\n out 0x21, al\n"])
def test_hlt_that_nothing_ends_is_the_end(mask: str, burn: Burn, engine: str) -> None:
    """No interrupt controller is set up, or it masks the timer."""
    setup = PROGRAM + mask if mask else ""
    image = burn(setup + "say 'H'\n sti\n hlt\n say '?'\n" + HANDLER)
    assert started(image, engine) == ("H", HOST)


def test_a_rom_that_waits_for_the_timer_goes_on(burn: Burn) -> None:
    image = burn(PROGRAM + "sti\nagain: hlt\n jmp again\n" + HANDLER)
    text, reason = started(image, "interp", 2_000)
    assert reason == BUDGET and set(text) == {"T"} and len(text) > 100


def test_address_line_20_is_open_and_can_be_closed(burn: Burn, engine: str) -> None:
    image = burn("""
        mov ax, 0xFFFF
        mov es, ax
        mov byte [0], 'L'
        mov byte [es:0x10], 'H'
        say [0]
        mov al, 0
        out 0x92, al
        say [es:0x10]
""")
    assert started(image, engine) == ("LL", HOST)


def test_text_without_an_end_of_line(burn: Burn, engine: str) -> None:
    """More of it than waits; what has been written when the budget is used up is shown."""
    image = burn("""
        mov cx, 10000
        mov al, 'x'
more:   out 0xE9, al
        loop more
        say 10
        say 'y'
        jmp $
""")
    assert started(image, engine, 100_000) == ("x" * 10_000 + "\ny", BUDGET)


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("post 1\n post 0xFF", 0, "POST 01\nPOST FF\n[halted at F000:00{:02X} after POST FF]\n"),
        ("post 1", 3, "POST 01\n[halted at F000:00{:02X} after POST 01]\n"),
        ("", 3, "[halted at F000:00{:02X}]\n"),
    ],
)
def test_the_last_code_decides(code: str, status: int, said: str, burn: Burn) -> None:
    image = burn(f"say 'x'\n{code}")
    done = zoo("--rom", f"{image}@F0000h", "--post-port", "190h")
    halt = image.read_bytes().index(b"\xfa\xf4") + 1
    assert (done.returncode, done.stdout, done.stderr) == (status, "x", said.format(halt))


def test_without_a_port_for_codes_it_just_ends(burn: Burn) -> None:
    image = burn("post 1")
    done = zoo("--rom", f"{image}@F0000h", "--stats")
    assert done.returncode == 0
    halted, statistics = done.stderr.splitlines()
    assert halted.startswith("[halted at F000:")
    assert json.loads(statistics)["stops"] == {"port write": 1, "idle": 1}


def test_text_from_another_port(burn: Burn) -> None:
    image = burn("mov dx, 0x3BC\n mov al, 'P'\n out dx, al\n say 'E'")
    done = zoo("--rom", f"{image}@F0000h", "--debug-port", "3BCh")
    assert (done.returncode, done.stdout) == (0, "P")


def test_a_processor_that_shuts_down(burn: Burn) -> None:
    image = burn("lidt [cs:none]\n int3\nnone: dw 0, 0, 0")
    done = zoo("--rom", f"{image}@F0000h", "--post-port", "190h")
    assert done.returncode == 3 and "the processor has shut down" in done.stderr


@pytest.mark.parametrize(
    ("size", "address", "said"),
    [(4096, "F0000", "ends at f1000h"), (9, "F0000", "whole pages"), (9, "x", "hexadecimal")],
)
def test_roms_that_cannot_be(size: int, address: str, said: str, tmp_path: Path) -> None:
    image = tmp_path / "rom.bin"
    image.write_bytes(bytes(size))
    done = zoo("--rom", f"{image}@{address}")
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_rom_is_no_second_image(burn: Burn, tmp_path: Path) -> None:
    program = tmp_path / "prog.com"
    program.write_bytes(b"\xeb\xfe")
    done = zoo("--rom", f"{burn('')}@F0000h", program)
    assert done.returncode == 2 and "--rom is instead of an image" in done.stderr
    done = zoo("--rom", f"{burn('')}@F0000h", "--machine", "zmachine")
    assert done.returncode == 2 and "--rom is not for the machine zmachine" in done.stderr
