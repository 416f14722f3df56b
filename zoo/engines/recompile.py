"""The recompiler: hot guest code becomes native code of its own, while the guest goes on.

A run is made of stretches. In each the guest goes on in translations where there are some, and in
the compiled loop where there are none; at its end the address to which control last went in the
loop gets a point. An address with enough points is worth translating: a thread does it, puts the
result into the table that the loop looks into, and keeps it in the cache for the next run.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import threading
import time
from collections import Counter, deque
from itertools import count
from pathlib import Path
from typing import Any
from weakref import WeakSet

from zoo import cache as store
from zoo import warm
from zoo.engines import jit
from zoo.engines.units import Unit, frozen, unit
from zoo.layout import Guest
from zoo.machine import GROUP, Machine
from zoo.plugins import plugins
from zoo.registers import PC, RETRY, RUNNING, STOP

STRETCH = 20_000  # instructions: a tenth of a millisecond in the loop
LONGEST_STRETCH = 1 << 20
QUIET = 64  # stretches without anything new, after which they become longer
HOT = 8  # points; a translation must be run for a while to be worth its making
BATCH = 120  # instructions translated at a time: a fraction of a second
MOST_UNITS = 4000
MOST_BYTES = 64 << 20  # of native code
WAIT = False  # whether the guest waits for each translation: so tests meet the same each time
PATIENCE = 2  # seconds for a last batch when the process ends
POLL = 0.2
STEPS = 200  # instructions from within a loop to its head


def library_path(machine: Machine) -> Path:
    """Where the bitcode that translations are made of belongs in the cache."""
    return jit.object_path(machine).with_suffix(".bc")


def translations_folder(machine: Machine, guest: Guest) -> Path:
    """Where the translations of one image are kept, a file for each batch."""
    name = f"{machine.name}-{jit.key(machine)}-{guest.image_hash.hex()[:24]}"
    return store.folder() / name


_names = count()
_translators: WeakSet[Translator] = WeakSet()


class Translator:
    """Translates for one guest, in a thread of its own. table: what the loop looks into."""

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._guest = guest
        self._size = machine.layout[machine.code].size
        self._folder = translations_folder(machine, guest)
        self._wanted: deque[int] = deque()
        self._known: set[int] = set()
        self._loaded: list[Any] = []
        self._work = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        # An entry for every address, the last address that the loop went to, and how many
        # instructions it has run.
        self.table = (ctypes.c_int64 * (self._size + 2))()
        self.mask = self._size - 1
        self.units = 0
        self.bytes = 0
        self.seconds = 0.0
        self.error: Exception | None = None
        _translators.add(self)
        for path in sorted(self._folder.glob("*.o")):
            data = store.kept(path)
            if data is not None:
                self._install(data)

    @property
    def in_use(self) -> int:
        """How many translations can be entered; one can take the place of another."""
        return len(set(self.table[: self.mask + 1]) - {0})

    def want(self, address: int) -> None:
        """Ask for a translation from an address."""
        full = self.units >= MOST_UNITS or self.bytes >= MOST_BYTES
        there = address in self._known or self.table[address & self.mask]
        if there or full or self._closed:
            return
        self._known.add(address)
        self._wanted.append(address)
        if self._thread is None:
            self._thread = threading.Thread(target=self._translate, daemon=True)
            self._thread.start()
        self._work.set()

    def finish(self) -> None:
        """Wait until all that was asked for is there."""
        while self._work.is_set():
            time.sleep(0.001)

    def close(self) -> None:
        """End the thread: LLVM must not be at work when the process ends."""
        self._closed = True
        self._work.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _translate(self) -> None:
        try:
            library = self._library()
            while library and not self._closed:
                if self._wanted:
                    self._translate_batch(library)
                else:
                    self._work.clear()
                    if not self._wanted:
                        self._work.wait()
        except Exception as error:
            # The guest goes on in the loop, as it would without translations.
            self.error = error
        self._closed = True
        self._work.clear()

    def _translate_batch(self, library: bytes) -> None:
        begun = time.thread_time()
        state = frozen(self._machine, self._guest)
        units: list[Unit] = []
        while self._wanted and sum(u.instructions for u in units) < BATCH:
            found = unit(self._machine, state, self._wanted.popleft())
            if found.blocks:
                units.append(found)
        if units:
            from zoo.engines import backend, translate

            fixed = self._machine.fixed_code(self._guest)
            module = translate.module(self._machine, library, state, fixed, units)
            data = backend.object_code(module)
            self._install(data)
            self.units += len(units)
            store.keep(self._folder / f"{hashlib.sha256(data).hexdigest()[:16]}.o", data)
        self.seconds += time.thread_time() - begun

    def _library(self) -> bytes | None:
        """The bitcode that translations are made of; it may take half a minute to get."""
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
        return data

    def _install(self, data: bytes) -> None:
        """Load translations, and let the loop know of them."""
        from zoo.engines.backend import Code

        code = Code(
            data, f"translation-{next(_names)}", ["install"], jit.loaded(self._machine).name
        )
        INSTALL(code.addresses["install"])(self.table, self.mask)
        self._loaded.append(code)
        self.bytes += len(data)


INSTALL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)


@atexit.register
def _close_all() -> None:
    for translator in list(_translators):
        translator.close()


class Recompile:
    """Runs one guest in native code, the hot parts of it in translations."""

    name = "recompile"

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._m = guest.state
        self._address = guest.address
        code = jit.loaded(machine)
        self._loop = jit.RUN(code.addresses["run"])
        self._drive = jit.RUN(code.addresses["drive"])
        self.translator = Translator(machine, guest)
        self._points: Counter[int] = Counter()
        self._stretch = STRETCH
        self._quiet = 0
        # Of the present stretch: it goes on when the guest has been served.
        self._ran = 0
        self._looped = 0
        self._done = 0

    def run(self, budget: int) -> int:
        """As Interp.run."""
        m = self._m
        table, mask = self.translator.table, self.translator.mask
        left = budget
        while left > 0 and m.r[STOP] == RUNNING:
            size = min(left, max(self._stretch - self._ran, 1))
            before = table[mask + 2]
            ran = size - self._drive(self._address, size, table, mask)
            left -= ran
            self._ran += ran
            self._looped += table[mask + 2] - before
            if m.r[STOP] != RUNNING or self._ran < self._stretch:
                continue
            mostly_looped = 2 * self._looped > self._ran
            self._ran = self._looped = 0
            if mostly_looped:
                left -= self._look(left)
            else:
                self._be_quiet()
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
        loop = translator.table[translator.mask + 2]
        return {
            "translated_instructions": self._done - loop,
            "loop_instructions": loop,
            "translations": translator.units,
            "translation_bytes": translator.bytes,
            "translating_seconds": translator.seconds,
        }

    def _look(self, left: int) -> int:
        """See where the guest is, and whether that is worth a translation. The result is how many
        instructions were run meanwhile, `left` at most."""
        table, mask = self.translator.table, self.translator.mask
        pc, target = self._m.r[PC], table[mask + 1]
        if not table[target & mask]:
            self._point(target)
            return 0
        # It was entered before there was a translation, or goes round in a loop of branches: go on
        # to the head of a loop, where it can be entered again.
        self._point(pc)
        done = 0
        while done < min(left, STEPS) and not table[self._m.r[PC] & mask]:
            done += 1 - self._loop(self._address, 1, table, mask)
            if self._m.r[STOP] != RUNNING:
                break
        table[mask + 2] += done
        return done

    def _point(self, address: int) -> None:
        self._points[address] += 1
        if self._points[address] == HOT:
            self.translator.want(address)
            self._quiet = 0
            self._stretch = STRETCH
            if WAIT:
                self.translator.finish()
        else:
            self._be_quiet()

    def _be_quiet(self) -> None:
        """Nothing new was found: with time, look less often."""
        self._quiet += 1
        if self._quiet >= QUIET:
            self._quiet = 0
            self._stretch = min(2 * self._stretch, LONGEST_STRETCH)
