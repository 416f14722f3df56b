"""The recompiler: hot guest code becomes native code of its own, while the guest goes on.

The guest goes on in translations where there are some, and otherwise in the compiled loop, which
counts for every address how often control went there. An address that is hot is worth translating:
a thread does it and keeps the result in the cache for the next run. Between two runs the result
takes the count's place, where the loop finds it.
"""

from __future__ import annotations

import atexit
import ctypes
import math
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet, finalize

from zoo import cache as store
from zoo.engines import jit, kept
from zoo.engines.code import Code, load
from zoo.engines.constants import Constants
from zoo.engines.jit import MOST
from zoo.engines.kept import Batch, Record, context
from zoo.engines.live import Live
from zoo.layout import Guest
from zoo.machine import GROUP, Machine
from zoo.plugins import plugins
from zoo.registers import PC, RETRY, RUNNING, STOP

if TYPE_CHECKING:
    from zoo.engines.library import Library
    from zoo.engines.units import Unit

HOT = 2000  # times that control must have gone to an address
ATTEMPTS = 3  # translations of one address, if they are discarded because the code has changed
NEVER = -1 << 62  # a count from which none becomes hot
BATCH = 60  # instructions translated at a time: a fraction of a second
MOST_UNITS = 4000
MOST_BYTES = 64 << 20  # of native code
WAIT = False  # whether the guest waits for each translation: so tests meet the same each time
# Translating may take so much of the processor's time as the run has taken, times SHARE, and less
# DELAY seconds: a short run ends sooner than it would be worth its while.
SHARE = 0.5
DELAY = 0.125
PATIENCE = 2  # seconds for a last batch when the process ends
POLL = 0.2
SLICE = 1 << 20  # instructions between looks at what was translated: some milliseconds


def library_path(machine: Machine) -> Path:
    """Where what translations are made of belongs in the cache."""
    return jit.object_path(machine).with_suffix(".ir")


def translations_path(machine: Machine, guest: Guest) -> Path:
    """Where the translations of one image are kept."""
    name = f"{machine.name}-{jit.key(machine)}-{Constants(machine, guest).hash()}"
    return store.folder() / f"{name}.o"


class Ready(NamedTuple):
    """A translation of code that can change, loaded. address: of its native code."""

    record: Record
    address: int


_translators: WeakSet[Translator] = WeakSet()


class Translator:
    """Translates for one guest, in a thread of its own. table: what the loop looks into."""

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._guest = guest
        self._size = jit.mask(machine) + 1
        self._path = translations_path(machine, guest)
        self._fixed = machine.fixed_code(guest)
        self._memory = getattr(guest.state, machine.code)
        self._changed = machine.layout.registers[machine.changed]
        self._live = Live(machine, guest)
        self._wanted: dict[int, dict[str, int]] = {}  # addresses, and their contexts
        self._ready: defaultdict[int, list[Ready]] = defaultdict(list)  # by the entry
        self._asked: Counter[int] = Counter()
        self._covered: set[int] = set()
        self._loaded: list[Code] = []
        self._made: deque[tuple[Batch, Code]] = deque()  # by the thread, and not installed yet
        self._work = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        # An entry for every address: how often control went there, or where its translation is.
        # Then the count that is hot, and how many instructions the loop has run.
        self.table = (ctypes.c_int64 * (self._size + 2))()
        self.table[self._size] = HOT
        self.mask = jit.mask(machine)
        self.units = 0
        self.bytes = 0
        self.seconds = 0.0  # of the processor, for translating
        self._allowed = 0.0
        self.error: Exception | None = None
        _translators.add(self)
        for batch, code in self._load(kept.batches(self._path)):
            self._install(batch, code)

    @property
    def in_use(self) -> int:
        """How many translations can be entered; one can take the place of another."""
        return len({entry for entry in self.table[: self._size] if entry > MOST})

    @property
    def looped(self) -> int:
        """How many instructions the loop has run."""
        return self.table[self._size + 1]

    def look(self, address: int, ran: float) -> None:
        """What is to be done between runs: code was changed, translations were made, or the address
        where the guest is now is hot; ran: for so many seconds of the processor."""
        if self._guest.state.r[self._changed]:
            self._drop_changed()
        if self.table[address & self.mask] == HOT:
            self._want(address)
        self._install_made()
        self._allowed = SHARE * ran - DELAY
        if WAIT:
            self.finish()
        elif self._may_translate():
            self._start()

    def _may_translate(self) -> bool:
        return bool(self._wanted) and self.seconds <= self._allowed

    def _drop_changed(self) -> None:
        """Drop the translations of changed code."""
        registers = self._guest.state.r
        place, registers[self._changed] = registers[self._changed], 0
        for gone in self._live.changed(place, self.table, self.mask):
            self._covered.difference_update(gone.addresses())

    def _want(self, address: int) -> None:
        """Have a translation from a hot address: a ready one that fits, or a new one."""
        self.table[address & self.mask] = NEVER
        now = context(self._machine, self._guest)
        for one in self._ready.get(address, ()):
            if one.record.context == now and self._enter(*one):
                return
        self._asked[address] += 1
        full = self.units >= MOST_UNITS or self.bytes >= MOST_BYTES
        if not (full or self._closed or self._asked[address] > ATTEMPTS):
            self._wanted[address] = now

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._translate, daemon=True)
            self._thread.start()
        self._work.set()

    def finish(self) -> None:
        """Wait until all that was asked for is there."""
        self._allowed = math.inf
        if self._wanted:
            self._start()
        while not self._closed and (self._work.is_set() or self._wanted):
            time.sleep(0.001)
        self._install_made()

    def end(self) -> None:
        """Let the thread end, when it has done the batch that it is at."""
        self._closed = True
        self._work.set()

    def join(self) -> None:
        """Wait until the thread has ended."""
        if self._thread is not None and self._thread.is_alive():  # Ctrl-C may come as it starts
            self._thread.join(PATIENCE)

    def _translate(self) -> None:
        try:
            library = self._library()
            while library and not self._closed:
                if self._may_translate():
                    self._translate_batch(library)
                else:
                    self._work.clear()
                    if self._may_translate() or self._closed:  # since we looked
                        self._work.set()
                    self._work.wait()
        except Exception as error:
            # The guest goes on in the loop, as it would without translations.
            self.error = error
        self._closed = True
        self._work.clear()

    def _translate_batch(self, library: Library) -> None:
        begun = time.thread_time()
        from zoo.engines import backend, translate
        from zoo.engines.units import frozen, unit

        constants = Constants(self._machine, self._guest)
        state = frozen(self._machine, self._guest)
        units: list[Unit] = []
        while sum(u.instructions for u in units) < BATCH and (wanted := self._next()):
            found = unit(self._machine, state, *wanted)
            if found.blocks:
                units.append(found)
                self._covered.update(byte for span in found.spans() for byte in span)
        if units:
            image = backend.image(translate.module(self._machine, library, constants, units))
            memory = getattr(state, self._machine.code)
            batch = Batch(image, [_record(found, memory) for found in units])
            self._made.extend(self._load([batch]))
            kept.add(self._path, batch)
            self.units += len(units)
        self.seconds += time.thread_time() - begun

    def _next(self) -> tuple[int, dict[str, int]] | None:
        """The next address to translate from: the lowest, since routines begin with their first
        instruction. One within another translation counts anew: perhaps it was only hot until that
        was there."""
        while self._wanted:
            address = min(tuple(self._wanted))
            known = self._wanted.pop(address)
            if address not in self._covered or self._asked[address] > 1:
                return address, known
            self.table[address & self.mask] = 0  # it may be hot for who comes from elsewhere
        return None

    def _library(self) -> Library | None:
        """What translations are made of; it may take half a minute to get."""
        from zoo import warm
        from zoo.engines.library import unpacked

        path = library_path(self._machine)
        data = store.kept(path)
        if data is None and self._machine.name in plugins(GROUP):
            child = warm.start(self._machine.name)
            while child.poll() is None and not self._closed:
                time.sleep(POLL)
            data = store.kept(path)
        if data is None and not self._closed:
            # The cache can't be written, or the machine is not installed.
            from zoo.engines.compiler import Compiler

            data = Compiler(self._machine).library()
            store.keep(path, data)
        return unpacked(data) if data else None

    def _load(self, batches: Sequence[Batch]) -> Iterator[tuple[Batch, Code]]:
        """Load the native code of batches, which stays as long as the guest may run in it."""
        loaded = load([batch.image for batch in batches], jit.loaded(self._machine).addresses)
        self._loaded += loaded
        self.bytes += sum(len(batch.image.code) for batch in batches)
        return zip(batches, loaded, strict=True)

    def _install_made(self) -> None:
        while self._made:
            self._install(*self._made.popleft())

    def _install(self, batch: Batch, code: Code) -> None:
        """Let the loop know of translations. Code that can change waits until it is hot, unless it
        has just been found to be."""
        for record in batch.records:
            address = code.addresses[record.symbol]
            fixed = all(
                self._fixed.start <= start and start + len(code) <= self._fixed.stop
                for start, code in record.code.items()
            )
            if fixed:
                for entry in record.entries:
                    self.table[entry & self.mask] = address
                self._covered.update(record.addresses())
                continue
            for entry in record.entries:
                self._ready[entry].append(Ready(record, address))
                if self.table[entry & self.mask] < 0:  # asked for, and counted on since
                    self.table[entry & self.mask] = HOT

    def _enter(self, record: Record, address: int) -> bool:
        """Let a translation of code that can change be entered, if it fits what is there."""
        if not self._live.enter(record, address, self.table, self.mask):
            return False
        self._covered.update(record.addresses())
        return True


def _record(found: Unit, memory: bytes) -> Record:
    from zoo.engines.units import name

    code = {span.start: memory[span.start : span.stop] for span in found.spans()}
    return Record(name(found.entry), sorted(found.entries), found.context, code)


@atexit.register
def close_all() -> None:
    """Let no thread be at work when the process ends: LLVM must not be, then."""
    translators = list(_translators)
    for translator in translators:
        translator.end()
    for translator in translators:
        translator.join()


class Recompile:
    """Runs one guest in native code, the hot parts of it in translations."""

    name = "recompile"

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._m = guest.state
        self._address = guest.address
        code = jit.loaded(machine)
        self._drive = jit.RUN(code.addresses["drive"])
        self.translator = Translator(machine, guest)
        # Its thread would keep the guest for ever.
        finalize(self, self.translator.end).atexit = False
        self._done = 0
        self._ran = 0.0  # seconds of the processor

    def run(self, budget: int) -> int:
        """As Interp.run."""
        m = self._m
        table, mask = self.translator.table, self.translator.mask
        left = budget
        before = time.thread_time() - self._ran
        self.translator.look(m.r[PC], self._ran)  # the host may have changed code
        while left > 0 and m.r[STOP] == RUNNING:
            size = min(left, SLICE)
            left -= size - self._drive(self._address, size, table, mask)
            self._ran = time.thread_time() - before
            self.translator.look(m.r[PC], self._ran)
        if m.r[STOP] != RUNNING and m.r[RETRY]:
            self._machine.restart(m, m.r[PC])
        self._done += budget - left
        return left

    def figures(self) -> dict[str, float]:
        """What ran where, and what translating cost.

        translated_instructions: those run in translations.  loop_instructions: the others.
        translations: made in this run.  translation_bytes: of native code, theirs and that of
        translations made before.  translating_seconds: of the processor, beside the run.
        """
        translator = self.translator
        return {
            "translated_instructions": self._done - translator.looped,
            "loop_instructions": translator.looped,
            "translations": translator.units,
            "translation_bytes": translator.bytes,
            "translating_seconds": translator.seconds,
        }
