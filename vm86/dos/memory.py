"""Memory control blocks: conventional memory as a chain of blocks, kept in memory itself.

The 16 bytes before a block tell of it (DOS 3.3 technical reference, function 48h):

    0  "M", or "Z" for the last block
    1  word: its owner's program segment prefix; 0: it is free; 8: DOS's own
    3  word: its size in paragraphs of 16 bytes

A program can write over them: the chain is walked with distrust each time, and what does not add
up is error 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from vm86.dos.errors import DosError, Failure
from vm86.task import Task, linear

FREE = 0
DOS = 8  # the owner of what DOS keeps for itself
FIRST_FIT, BEST_FIT, LAST_FIT = 0, 1, 2
_MORE, _LAST = ord("M"), ord("Z")


class Block(NamedTuple):
    """segment: of the block itself, one above its control block's. size: in paragraphs."""

    segment: int
    owner: int
    size: int
    last: bool

    @property
    def end(self) -> int:
        """Where the next block's control block is."""
        return self.segment + self.size


class Shortage(Failure):
    """There is no block so large. `largest`: paragraphs that there are."""

    def __init__(self, largest: int) -> None:
        super().__init__(DosError.INSUFFICIENT_MEMORY)
        self.largest = largest


class Arena:
    """The chain that begins with the control block at segment `first` and ends before `end`."""

    def __init__(self, task: Task, first: int, end: int) -> None:
        self._task = task
        self.first = first
        self.end = end
        self.strategy = FIRST_FIT
        self._put(Block(first + 1, FREE, end - first - 1, last=True))

    def blocks(self) -> Iterator[Block]:
        """Raises Failure(ARENA_TRASHED) where the chain is broken."""
        segment = self.first
        while True:
            block = self._at(segment)
            yield block
            if block.last:
                return
            segment = block.end

    def allocate(self, paragraphs: int, owner: int) -> int:
        """The segment of a new block. Raises Failure, Shortage among them."""
        self._join()
        free = [b for b in self.blocks() if b.owner == FREE]
        fitting = [b for b in free if b.size >= paragraphs]
        if not fitting:
            raise Shortage(max((b.size for b in free), default=0))
        if self.strategy == FIRST_FIT:
            return self._take(fitting[0], paragraphs, owner)
        if self.strategy == BEST_FIT:
            return self._take(min(fitting, key=lambda b: b.size), paragraphs, owner)
        return self._take_top(fitting[-1], paragraphs, owner)

    def largest(self) -> int:
        """Paragraphs of the largest free block."""
        self._join()
        return max((b.size for b in self.blocks() if b.owner == FREE), default=0)

    def free(self, segment: int) -> None:
        self._put(self._find(segment)._replace(owner=FREE))

    def resize(self, segment: int, paragraphs: int) -> None:
        """Raises Shortage if it cannot grow so far; then it has grown as far as it can, as with
        DOS, which says of what is no block that the chain is broken."""
        try:
            self._find(segment)
        except Failure as failure:
            raise Failure(DosError.ARENA_TRASHED) from failure
        self._join()
        block = self._find(segment)
        room = self._room(block)
        self._take(room, min(paragraphs, room.size), block.owner)
        if paragraphs > room.size:
            raise Shortage(room.size)

    def release(self, owner: int) -> None:
        """Free all that the program has."""
        for block in list(self.blocks()):
            if block.owner == owner:
                self._put(block._replace(owner=FREE))

    def give(self, segment: int, owner: int) -> None:
        """The block has another owner from now on."""
        self._put(self._find(segment)._replace(owner=owner))

    def _room(self, block: Block) -> Block:
        """The block, and the free one that follows it."""
        if block.last:
            return block
        after = self._at(block.end)
        if after.owner != FREE:
            return block
        return block._replace(size=after.end - block.segment, last=after.last)

    def _find(self, segment: int) -> Block:
        for block in self.blocks():
            if block.segment == segment:
                return block
        raise Failure(DosError.INVALID_BLOCK)

    def _join(self) -> None:
        """Make one block of free ones that follow each other."""
        before: Block | None = None
        for block in list(self.blocks()):
            if before is not None and before.owner == block.owner == FREE:
                block = before._replace(size=block.end - before.segment, last=block.last)
                self._put(block)
            before = block

    def _take(self, block: Block, paragraphs: int, owner: int) -> int:
        """The first paragraphs of the block become the owner's, the others free."""
        if paragraphs == block.size:
            self._put(block._replace(owner=owner))
            return block.segment
        rest = block.segment + paragraphs + 1
        self._put(Block(rest, FREE, block.end - rest, block.last))
        self._put(Block(block.segment, owner, paragraphs, last=False))
        return block.segment

    def _take_top(self, block: Block, paragraphs: int, owner: int) -> int:
        """The block's last paragraphs become the owner's, the others free."""
        if paragraphs == block.size:
            return self._take(block, paragraphs, owner)
        segment = block.end - paragraphs
        self._put(Block(segment, owner, paragraphs, block.last))
        self._put(Block(block.segment, FREE, segment - 1 - block.segment, last=False))
        return segment

    def _at(self, segment: int) -> Block:
        """The block whose control block is at `segment`, if it can be one."""
        header = self._task.read(linear(segment, 0), 5)
        size = int.from_bytes(header[3:5], "little")
        last = header[0] == _LAST
        block = Block(segment + 1, int.from_bytes(header[1:3], "little"), size, last)
        # The last may end before memory does: programs so keep the top for themselves.
        ends_well = block.end <= self.end if last else block.end < self.end
        if header[0] not in (_MORE, _LAST) or not ends_well:
            raise Failure(DosError.ARENA_TRASHED)
        return block

    def _put(self, block: Block) -> None:
        header = bytes([_LAST if block.last else _MORE])
        header += block.owner.to_bytes(2, "little") + block.size.to_bytes(2, "little")
        self._task.write(linear(block.segment - 1, 0), header)
