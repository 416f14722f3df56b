"""Memory control blocks: allocation, and chains that a program has written over."""

import pytest
from fake import FakeTask
from hypothesis import given
from hypothesis import strategies as st

from vm86.dos.errors import DosError, Failure
from vm86.dos.memory import BEST_FIT, FREE, LAST_FIT, Arena, Shortage
from vm86.task import linear

FIRST, END = 0x100, 0x200
OWNER = 0x1234


@pytest.fixture
def arena() -> Arena:
    return Arena(FakeTask(), FIRST, END)


def layout(arena: Arena) -> list[tuple[int, int, int]]:
    return [(b.segment, b.owner, b.size) for b in arena.blocks()]


def test_the_first_block_is_all_there_is(arena: Arena) -> None:
    assert layout(arena) == [(0x101, FREE, 0xFF)]
    assert arena.largest() == 0xFF
    with pytest.raises(Shortage) as error:
        arena.allocate(0x100, OWNER)
    assert error.value.largest == 0xFF


def test_first_fit(arena: Arena) -> None:
    assert arena.allocate(0x10, 1) == 0x101
    assert arena.allocate(0x10, 2) == 0x112
    assert arena.allocate(0x10, 3) == 0x123
    arena.free(0x101)
    assert arena.allocate(0x08, 4) == 0x101
    assert layout(arena)[:3] == [(0x101, 4, 8), (0x10A, FREE, 7), (0x112, 2, 0x10)]


def test_neighbours_are_joined(arena: Arena) -> None:
    for owner in (1, 2, 3):
        arena.allocate(0x10, owner)
    arena.free(0x101)
    arena.free(0x112)
    assert arena.allocate(0x21, 4) == 0x101
    arena.release(4)
    arena.release(3)
    assert arena.largest() == 0xFF


def holes(arena: Arena) -> tuple[int, int]:
    """A large hole at 101 and a small one, and the last free block behind them."""
    large = arena.allocate(0x20, 1)
    arena.allocate(1, 2)
    small = arena.allocate(0x10, 1)
    arena.allocate(1, 2)
    arena.release(1)
    return large, small


def test_best_fit(arena: Arena) -> None:
    _, small = holes(arena)
    arena.strategy = BEST_FIT
    assert arena.allocate(0x0C, 3) == small


def test_last_fit(arena: Arena) -> None:
    holes(arena)
    arena.strategy = LAST_FIT
    assert arena.allocate(0x0C, 3) == END - 0x0C
    assert layout(arena)[-1] == (END - 0x0C, 3, 0x0C)


def test_resizing(arena: Arena) -> None:
    segment = arena.allocate(0x10, OWNER)
    other = arena.allocate(0x10, OWNER)
    arena.resize(segment, 0x08)
    arena.resize(segment, 0x10)
    with pytest.raises(Shortage) as error:
        arena.resize(segment, 0x20)
    assert error.value.largest == 0x10
    arena.free(other)
    arena.resize(segment, 0x20)
    with pytest.raises(Shortage):
        arena.resize(segment, 0xFFFF)
    assert layout(arena) == [(segment, OWNER, 0xFF)]  # it has grown as far as it could


def test_no_block_is_there(arena: Arena) -> None:
    for change, code in (
        (lambda: arena.free(0x150), DosError.INVALID_BLOCK),
        (lambda: arena.resize(0x150, 1), DosError.ARENA_TRASHED),
    ):
        with pytest.raises(Failure) as error:
            change()
        assert error.value.code == code


def test_a_program_may_keep_the_top_for_itself() -> None:
    task = FakeTask()
    arena = Arena(task, FIRST, END)
    task.write(linear(FIRST, 3), b"\x80\0")
    assert arena.largest() == 0x80


@pytest.mark.parametrize(
    "header", [b"X\0\0\x10\0", b"M\0\0\xff\xff", b"M\0\0\xff\0", b"Z\0\0\0\x10"]
)
def test_a_broken_chain(header: bytes) -> None:
    task = FakeTask()
    arena = Arena(task, FIRST, END)
    task.write(linear(FIRST, 0), header)
    for change in (
        lambda: arena.allocate(1, 1),
        lambda: arena.free(0x101),
        lambda: arena.resize(0x101, 1),
        lambda: arena.release(1),
    ):
        with pytest.raises(Failure) as error:
            change()
        assert error.value.code == DosError.ARENA_TRASHED


SIZES = st.integers(0, 0x60)
STEPS = st.lists(
    st.tuples(st.just("allocate"), st.integers(0, 2), SIZES)
    | st.tuples(st.just("free"), st.integers(0, 9), st.just(0))
    | st.tuples(st.just("resize"), st.integers(0, 9), SIZES),
    max_size=40,
)


def step(arena: Arena, held: dict[int, int], action: str, which: int, size: int) -> None:
    """Do one step, and keep in mind what blocks there are: segment -> size."""
    segments = sorted(held)
    if action == "allocate":
        arena.strategy = which
        held[arena.allocate(size, OWNER)] = size
    elif segments:
        segment = segments[which % len(segments)]
        if action == "free":
            arena.free(segment)
            del held[segment]
        else:
            try:
                arena.resize(segment, size)
                held[segment] = size
            except Shortage as shortage:
                assert shortage.largest < size
                held[segment] = shortage.largest
                raise


@given(STEPS)
def test_blocks_never_overlap_and_always_fill_memory(steps: list[tuple[str, int, int]]) -> None:
    arena = Arena(FakeTask(), FIRST, END)
    held: dict[int, int] = {}
    for action, which, size in steps:
        try:
            step(arena, held, action, which, size)
        except Shortage as shortage:
            assert shortage.code == DosError.INSUFFICIENT_MEMORY
        blocks = list(arena.blocks())
        assert {b.segment: b.size for b in blocks if b.owner == OWNER} == held
        assert sum(b.size + 1 for b in blocks) == END - FIRST
        assert blocks[-1].end == END


@given(
    st.lists(st.tuples(st.integers(0, 0x1000), st.binary(min_size=1, max_size=5)), max_size=20),
    STEPS,
)
def test_whatever_is_written_over_the_chain(
    damage: list[tuple[int, bytes]], steps: list[tuple[str, int, int]]
) -> None:
    """Only error codes come of it, and nothing is written outside the arena."""
    task = FakeTask()
    arena = Arena(task, FIRST, END)
    for number, (action, which, size) in enumerate(steps):
        for offset, data in damage[number : number + 2]:
            task.write(linear(FIRST, 0) + offset, data[: max(0x1000 - offset, 0)])
        try:
            step(arena, dict.fromkeys(range(FIRST, END, 0x11), 0), action, which, size)
        except Failure as failure:
            assert failure.code in (
                DosError.ARENA_TRASHED,
                DosError.INSUFFICIENT_MEMORY,
                DosError.INVALID_BLOCK,
            )
    assert not any(task.memory[: linear(FIRST, 0)])
    assert not any(task.memory[linear(END, 0) :])
