"""The devices at their ports, against their data sheets."""

from __future__ import annotations

import datetime
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vm86.devices import Ports
from vm86.devices.device import bcd, unbcd
from vm86.devices.palette import vga_colours
from vm86.devices.pic import PicPair
from vm86.devices.pit import CLOCKS


class Noon:
    """A clock that stands."""

    def now(self) -> datetime.datetime:
        return datetime.datetime(1993, 12, 10, 15, 4, 59)


def ports() -> Ports:
    return Ports(Noon(), equipment=0x21, extended=1024)


# Interrupt controllers


def initialised() -> PicPair:
    """As by the sequence of the data sheet: ICW1 to ICW4, and nothing masked."""
    pic = PicPair()
    for port, icw1, vector, wired in ((0x20, 0x11, 0x08, 4), (0xA0, 0x11, 0x70, 2)):
        pic.write(port, icw1)
        for value in (vector, wired, 0x01, 0x00):
            pic.write(port + 1, value)
    return pic


def test_requests_are_served_by_priority() -> None:
    pic = initialised()
    for number in (12, 7, 1):
        pic.raise_irq(number)
    order: list[int] = []
    while pic.pending() is not None:
        vector = pic.acknowledge()
        order.append(vector)
        if vector >= 0x70:
            pic.write(0xA0, 0x20)
        pic.write(0x20, 0x20)
    assert order == [0x09, 0x74, 0x0F]


def test_one_in_service_holds_back_its_like_and_lower_ones() -> None:
    pic = initialised()
    pic.raise_irq(3)
    assert pic.acknowledge() == 0x0B
    pic.raise_irq(3)
    pic.raise_irq(4)
    assert pic.pending() is None
    pic.raise_irq(0)
    assert pic.acknowledge() == 0x08
    pic.write(0x20, 0x60 | 3)  # specific: IRQ 3's, while IRQ 0 is served
    assert pic.pending() is None
    pic.write(0x20, 0x20)
    assert pic.acknowledge() == 0x0B
    pic.write(0x20, 0x20)
    assert pic.pending() == 0x0C


def test_a_masked_request_waits() -> None:
    pic = initialised()
    pic.write(0x21, 0x02)
    pic.raise_irq(1)
    assert pic.pending() is None
    assert pic.read(0x21) == 0x02
    pic.write(0x21, 0x00)
    assert pic.pending() == 0x09


def test_the_registers_are_read_as_ocw3_says() -> None:
    pic = initialised()
    pic.raise_irq(1)
    pic.acknowledge()
    pic.raise_irq(5)
    assert pic.read(0x20) == 0x20
    pic.write(0x20, 0x0B)
    assert pic.read(0x20) == 0x02
    pic.write(0x20, 0x0A)
    assert pic.read(0x20) == 0x20


def test_a_poll_acknowledges() -> None:
    pic = initialised()
    pic.write(0x20, 0x0C)
    assert pic.read(0x20) == 0x00
    pic.raise_irq(6)
    pic.write(0x20, 0x0C)
    assert pic.read(0x20) == 0x86
    assert pic.pending() is None
    pic.write(0x20, 0x20)
    pic.raise_irq(9)
    pic.write(0x20, 0x0C)
    assert pic.read(0x20) == 0x82
    pic.write(0xA0, 0x0C)
    assert pic.read(0xA0) == 0x81


def test_the_end_may_be_automatic() -> None:
    pic = initialised()
    pic.write(0x20, 0x13)  # single
    pic.write(0x21, 0x50)
    pic.write(0x21, 0x03)
    pic.raise_irq(4)
    assert pic.acknowledge() == 0x54
    pic.raise_irq(4)
    assert pic.pending() == 0x54


def test_special_mask_mode_lets_lower_ones_through() -> None:
    pic = initialised()
    pic.raise_irq(1)
    pic.acknowledge()
    pic.write(0x20, 0x68)
    pic.write(0x21, 0x02)
    pic.raise_irq(5)
    assert pic.pending() == 0x0D


def test_nothing_is_delivered_before_initialisation_is_over() -> None:
    pic = initialised()
    pic.write(0x20, 0x11)
    pic.raise_irq(0)
    assert pic.pending() is None
    for value in (0x20, 0x04, 0x01):
        pic.write(0x21, value)
    assert pic.pending() == 0x20


def test_without_a_request_the_vector_is_spurious() -> None:
    pic = initialised()
    assert pic.acknowledge() == 0x0F
    assert pic.master.isr == 0


IRQS = [k for k in range(16) if k != 2]


@given(st.lists(st.one_of(st.sampled_from(IRQS), st.sampled_from(["serve", "end"])), max_size=60))
def test_every_request_is_delivered_and_none_twice_at_once(steps: list[int | str]) -> None:
    pic = initialised()
    serving: list[int] = []
    raised: set[int] = set()

    def serve() -> None:
        vector = pic.acknowledge()
        number = vector - 0x08 if vector < 0x70 else vector - 0x70 + 8
        assert number in raised
        assert number not in serving
        raised.discard(number)
        serving.append(number)

    def end() -> None:
        if serving.pop() >= 8:
            pic.write(0xA0, 0x20)
        pic.write(0x20, 0x20)

    for step in steps:
        if isinstance(step, int):
            pic.raise_irq(step)
            raised.add(step)
        elif step == "serve" and pic.pending() is not None:
            serve()
        elif step == "end" and serving:
            end()
    while serving or pic.pending() is not None:
        if pic.pending() is not None:
            serve()
        else:
            end()
    assert not raised
    assert pic.master.isr == pic.slave.isr == 0


# Timer


def set_counter(machine: Ports, channel: int, mode: int, count: int) -> None:
    machine.write(0x43, 1, channel << 6 | 0x30 | mode << 1)
    machine.write(0x40 + channel, 1, count & 0xFF)
    machine.write(0x40 + channel, 1, count >> 8)


def latched(machine: Ports, channel: int) -> int:
    machine.write(0x43, 1, channel << 6)
    low = machine.read(0x40 + channel)
    return low | machine.read(0x40 + channel) << 8


def ticks(machine: Ports, clocks: int) -> int:
    """How many requests of IRQ 0 come in some clocks."""
    count = 0
    while clocks > 0:
        step = min(machine.pit.until_tick() or clocks, clocks)
        machine.advance(step)
        clocks -= step
        count += machine.pic.master.irr & 1
        machine.pic.master.irr = 0
    return count


def test_the_timer_ticks_18_times_a_second() -> None:
    assert ticks(ports(), CLOCKS) == 18


@pytest.mark.parametrize("mode", [2, 3])
def test_a_rate_generator_divides(mode: int) -> None:
    machine = ports()
    set_counter(machine, 0, mode, 1000)
    assert ticks(machine, 10_999) == 10


def test_mode_0_interrupts_once_and_counts_on() -> None:
    machine = ports()
    set_counter(machine, 0, 0, 100)
    machine.advance(99)
    assert (machine.pic.pending(), latched(machine, 0)) == (None, 1)
    machine.advance(1)
    assert machine.pic.pending() == 0x08
    machine.pic.acknowledge()
    machine.pic.write(0x20, 0x20)
    machine.advance(1)
    assert latched(machine, 0) == 0xFFFF
    machine.advance(10**9)
    assert machine.pic.pending() is None


def test_a_latched_count_stays_until_it_is_read() -> None:
    machine = ports()
    set_counter(machine, 0, 2, 0x1234)
    machine.advance(0x34)
    machine.write(0x43, 1, 0)
    machine.advance(0x100)
    machine.write(0x43, 1, 0)
    assert [machine.read(0x40) for _ in range(4)] == [0x00, 0x12, 0x00, 0x11]


def test_mode_3_counts_by_two() -> None:
    machine = ports()
    set_counter(machine, 0, 3, 1000)
    machine.advance(100)
    assert latched(machine, 0) == 800
    machine.advance(500)
    assert latched(machine, 0) == 800


def test_a_new_count_waits_for_the_end_of_the_period() -> None:
    machine = ports()
    set_counter(machine, 0, 2, 1000)
    machine.advance(400)
    machine.write(0x40, 1, 100)
    machine.write(0x40, 1, 0)
    machine.advance(599)
    assert machine.pic.pending() is None
    machine.advance(1)
    assert machine.pic.pending() == 0x08
    machine.pic.master.irr = 0
    assert ticks(machine, 1000) == 10


def test_a_new_count_waits_for_half_a_square_wave() -> None:
    machine = ports()
    set_counter(machine, 0, 3, 1000)
    machine.advance(400)
    machine.write(0x40, 1, 100)
    machine.write(0x40, 1, 0)
    assert ticks(machine, 100) == 0
    assert ticks(machine, 50) == 1


def test_read_back_gives_status_and_count() -> None:
    machine = ports()
    set_counter(machine, 2, 2, 0x500)
    machine.write(0x61, 1, 1)
    machine.advance(0x10)
    machine.write(0x43, 1, 0xC8)  # both of channel 2
    assert machine.read(0x42) == 0xB4  # output high, both bytes, mode 2
    assert machine.read(0x42) | machine.read(0x42) << 8 == 0x4F0
    machine.write(0x43, 1, 0xB4)
    machine.write(0x43, 1, 0xE8)
    assert machine.read(0x42) & 0x40  # no count is loaded


def test_the_count_may_be_decimal() -> None:
    machine = ports()
    machine.write(0x43, 1, 0x35)
    machine.write(0x40, 2, 0)  # 16 bits to an 8-bit port: the high byte goes to port 41h
    machine.write(0x40, 1, 0x10)
    machine.advance(1)
    assert latched(machine, 0) == 0x0999


def test_the_gate_of_channel_2_is_at_port_61() -> None:
    machine = ports()
    set_counter(machine, 2, 3, 1193)
    machine.advance(500)
    assert latched(machine, 2) == 1192
    machine.write(0x61, 1, 3)
    machine.advance(100)
    assert latched(machine, 2) == 1192 - 200
    assert machine.pit.frequency() == pytest.approx(1000.15, abs=0.01)
    assert machine.read(0x61) & 0x23 == 0x23
    machine.write(0x61, 1, 0)
    assert machine.pit.frequency() is None


def test_channel_2_measures_time() -> None:
    machine = ports()
    machine.write(0x61, 1, 1)
    set_counter(machine, 2, 0, 200)
    machine.advance(199)
    assert not machine.read(0x61) & 0x20
    machine.advance(1)
    assert machine.read(0x61) & 0x20


# Keyboard controller


def test_a_scan_code_asks_for_irq_1() -> None:
    machine = ports()
    machine.keyboard.press([0x1E, 0x9E])
    assert machine.pic.acknowledge() == 0x09
    assert machine.read(0x64) & 1
    assert [machine.read(0x60), machine.read(0x60)] == [0x1E, 0x1E]
    assert not machine.read(0x64) & 1
    machine.write(0x20, 1, 0x20)
    assert machine.pic.pending() is None
    machine.advance(machine.until_request() or 0)
    assert machine.pic.pending() == 0x09
    assert machine.read(0x60) == 0x9E


@pytest.mark.parametrize(
    ("commands", "answer"),
    [
        ([(0x64, 0x20)], [0x45]),
        ([(0x64, 0x60), (0x60, 0x65), (0x64, 0x20)], [0x65]),
        ([(0x64, 0xAA)], [0x55]),
        ([(0x64, 0xAB)], [0x00]),
        ([(0x64, 0xAD), (0x64, 0x20)], [0x55]),
        ([(0x64, 0xAD), (0x64, 0xAE), (0x64, 0x20)], [0x45]),
        ([(0x64, 0xD0)], [0x11]),
        ([(0x64, 0xDF), (0x64, 0xD0)], [0x13]),
        ([(0x60, 0xED), (0x60, 0x07)], [0xFA, 0xFA]),
        ([(0x60, 0xEE)], [0xEE]),
        ([(0x60, 0xF2)], [0xFA, 0xAB, 0x41]),
        ([(0x60, 0xFF)], [0xFA, 0xAA]),
        ([(0x60, 0x01)], [0xFE]),
    ],
)
def test_commands_are_answered(commands: list[tuple[int, int]], answer: list[int]) -> None:
    machine = ports()
    for port, value in commands:
        machine.write(port, 1, value)
    given: list[int] = []
    while machine.read(0x64) & 1:
        given.append(machine.read(0x60))
    assert given == answer


def test_all_gates_open_address_line_20() -> None:
    machine = ports()
    for writes, enabled in (
        ([(0x64, 0xDF)], 1),
        ([(0x64, 0xDD)], 0),
        ([(0x64, 0xD1), (0x60, 0xDF)], 1),
        ([(0x64, 0xD1), (0x60, 0xDD)], 0),
        ([(0x92, 0x02)], 1),
        ([(0x92, 0x00)], 0),
    ):
        for port, value in writes:
            machine.write(port, 1, value)
        assert (machine.a20.enabled, machine.read(0x92)) == (enabled, 2 * enabled)


def test_a_reset_is_noted() -> None:
    machine = ports()
    machine.write(0x64, 1, 0xFE)
    assert machine.keyboard.reset == 1


# Clock, DMA, video


def cmos(machine: Ports, register: int) -> int:
    machine.write(0x70, 1, register)
    return machine.read(0x71)


def test_the_clock_is_read_in_bcd() -> None:
    machine = ports()
    assert [cmos(machine, k) for k in (0, 2, 4, 6, 7, 8, 9, 0x32)] == [
        *(0x59, 0x04, 0x15, 6, 0x10, 0x12, 0x93, 0x19)
    ]
    machine.write(0x70, 1, 0x0B)
    machine.write(0x71, 1, 0x00)
    assert cmos(machine, 4) == 0x83
    machine.write(0x70, 1, 0x0B)
    machine.write(0x71, 1, 0x04)
    assert cmos(machine, 4) == 0x83
    assert cmos(machine, 0) == 59


def test_the_clock_can_be_set() -> None:
    machine = ports()
    machine.cmos.set(datetime.datetime(1980, 1, 2, 3, 4, 5))
    assert machine.cmos.now() == datetime.datetime(1980, 1, 2, 3, 4, 5)
    assert cmos(machine, 9) == 0x80
    machine.cmos.shift = 10**17
    assert machine.cmos.now() == Noon().now()


def test_cmos_memory_has_its_checksum() -> None:
    machine = ports()
    total = sum(cmos(machine, k) for k in range(0x10, 0x2E))
    assert total == cmos(machine, 0x2E) << 8 | cmos(machine, 0x2F)
    assert cmos(machine, 0x14) == 0x21
    assert cmos(machine, 0x15) | cmos(machine, 0x16) << 8 == 640
    assert cmos(machine, 0x17) | cmos(machine, 0x18) << 8 == 1024
    updating = {cmos(machine, 0x0A) >> 7 for _ in range(4)}
    assert updating == {0, 1}


def test_dma_registers_are_kept() -> None:
    machine = ports()
    machine.write(0x0C, 1, 0)
    for value in (0x34, 0x12):
        machine.write(0x02, 1, value)
    assert [machine.read(0x02), machine.read(0x02)] == [0x34, 0x12]
    machine.write(0x83, 1, 0x0A)
    machine.write(0x80, 1, 0x55)
    assert (machine.read(0x83), machine.read(0x80)) == (0x0A, 0x55)
    machine.write(0x0E, 1, 0)
    assert machine.read(0x0F) == 0
    machine.write(0xC4, 1, 0x77)
    machine.write(0xD8, 1, 0)
    assert machine.read(0xC4) == 0x77


def test_the_retrace_comes_and_goes() -> None:
    machine = ports()
    looks = [machine.read(0x3DA) for _ in range(16)]
    assert {look & 1 for look in looks} == {0, 1}
    assert {look & 8 for look in looks} == {0, 8}


def test_crtc_registers_are_kept() -> None:
    machine = ports()
    machine.write(0x3D4, 2, 0x120E)
    machine.write(0x3D4, 2, 0x340F)
    assert machine.adapter.cursor == 0x1234
    assert machine.read(0x3D5) == 0x34


def test_the_dac_is_written_and_read_by_threes() -> None:
    machine = ports()
    machine.write(0x3C8, 1, 255)
    for value in (1, 2, 0xFF, 4):
        machine.write(0x3C9, 1, value)
    machine.write(0x3C7, 1, 255)
    assert [machine.read(0x3C9) for _ in range(4)] == [1, 2, 63, 4]


def test_the_palette_of_256() -> None:
    colours = vga_colours()
    assert len(colours) == 768
    assert colours[3 * 6 : 3 * 6 + 3] == [42, 21, 0]
    assert colours[3 * 32 : 3 * 34] == [0, 0, 63, 16, 0, 63]
    assert colours[3 * 55 : 3 * 57] == [0, 16, 63, 31, 31, 63]
    assert colours[3 * 247 : 3 * 248] == [11, 12, 16]


def test_the_attribute_controller_takes_index_and_data() -> None:
    machine = ports()
    machine.read(0x3DA)
    machine.write(0x3C0, 1, 3)
    machine.write(0x3C0, 1, 0x2A)
    assert (machine.adapter.attribute[3], machine.read(0x3C1)) == (0x2A, 0x2A)


def test_the_cga_has_three_palettes() -> None:
    machine = ports()
    machine.write(0x3D8, 1, 0x0A)
    machine.write(0x3D9, 1, 0x01)
    assert machine.adapter.attribute[:4] == [1, 2, 4, 0x14]
    machine.write(0x3D9, 1, 0x30)
    assert machine.adapter.attribute[:4] == [0, 0x3B, 0x3D, 0x3F]
    machine.write(0x3D8, 1, 0x0E)
    machine.write(0x3D9, 1, 0x30)
    assert machine.adapter.attribute[:4] == [0, 0x3B, 0x3C, 0x3F]
    machine.write(0x3D8, 1, 0x1A)
    machine.write(0x3D9, 1, 0x0E)
    assert machine.adapter.attribute[:2] == [0, 0x3E]


# All


def test_what_is_not_there_reads_as_ones() -> None:
    machine = ports()
    assert machine.read(0x201) == 0xFF
    assert machine.read(0x3F8, 2) == 0xFFFF
    assert machine.read(0xFFFF, 4) & 0xFF == 0xFF


def exercise(machine: Ports, seed: int) -> None:
    """What no program would do."""
    chance = random.Random(seed)
    for _ in range(3000):
        port = chance.choice([chance.randrange(0x400), chance.randrange(0x10000)])
        size = chance.choice([1, 1, 2, 4])
        assert 0 <= machine.read(port, size) < 1 << 8 * size
        machine.write(port, size, chance.randrange(1 << 8 * size))
        machine.advance(chance.choice([1, 50, 10**12]))
        machine.keyboard.press([chance.randrange(256)] * 9)
        machine.pic.raise_irq(chance.randrange(16))
        if machine.pic.pending() is not None:
            assert 0 <= machine.pic.acknowledge() < 256
        wait = machine.until_request()
        assert wait is None or wait >= 0


@pytest.mark.parametrize("seed", range(5))
def test_no_port_raises(seed: int) -> None:
    exercise(ports(), seed)


@settings(max_examples=5)
@given(st.integers())
def test_the_state_is_saved_and_restored(seed: int) -> None:
    machine, other = ports(), ports()
    exercise(machine, seed)
    saved = json.loads(json.dumps(machine.state()))
    other.load(saved)
    assert other.state() == saved
    for port in range(0x400):
        assert machine.read(port) == other.read(port)


@pytest.mark.parametrize(
    "change",
    [
        {"pic": None},
        {"pic": {}},
        {"cmos": {}},
        {"a20": {"enabled": "1"}},
        {"a20": {"enabled": -1}},
        {"pages": {"registers": [0]}},
        {"pages": {"registers": ["0"] * 16}},
        {"pages": {"registers": 16}},
    ],
)
def test_a_bad_state_is_refused(change: dict[str, object]) -> None:
    machine = ports()
    with pytest.raises(ValueError):
        machine.load({**machine.state(), **change})


@given(st.integers(0, 9999))
def test_bcd(number: int) -> None:
    assert unbcd(bcd(number)) == number
