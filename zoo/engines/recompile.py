"""The recompiler: hot guest code becomes native code of its own, while the guest goes on.

The guest goes on in translations where there are some, and otherwise in the compiled loop, which
counts for every address how often control went there. An address that is hot is worth translating:
a thread does it, puts the result in the count's place, where the loop finds it, and keeps it in the
cache for the next run.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import threading
import time
from collections import Counter
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any
from weakref import WeakSet, finalize

from zoo import cache as store
from zoo import warm
from zoo.engines import jit
from zoo.engines.constants import Constants
from zoo.engines.jit import MOST
from zoo.engines.live import Live
from zoo.engines.units import Unit, context, frozen, unit
from zoo.layout import Guest
from zoo.machine import GROUP, Machine
from zoo.plugins import plugins
from zoo.registers import PC, RETRY, RUNNING, STOP

HOT = 2000  # times that control must have gone to an address
ATTEMPTS = 3  # translations of one address, if they are discarded because the code has changed
NEVER = -1 << 62  # a count from which none becomes hot
BATCH = 60  # instructions translated at a time: a fraction of a second
MOST_UNITS = 4000
MOST_BYTES = 64 << 20  # of native code
WAIT = False  # whether the guest waits for each translation: so tests meet the same each time
PATIENCE = 2  # seconds for a last batch when the process ends
POLL = 0.2


def library_path(machine: Machine) -> Path:
    """Where the bitcode that translations are made of belongs in the cache."""
    return jit.object_path(machine).with_suffix(".bc")


def translations_folder(machine: Machine, guest: Guest) -> Path:
    """Where the translations of one image are kept, a file for each batch."""
    name = f"{machine.name}-{jit.key(machine)}-{Constants(machine, guest).hash()}"
    return store.folder() / name


_names = count()
_translators: WeakSet[Translator] = WeakSet()


class Translator:
    """Translates for one guest, in a thread of its own. table: what the loop looks into."""

    def __init__(self, machine: Machine, guest: Guest) -> None:
        self._machine = machine
        self._guest = guest
        self._size = jit.mask(machine) + 1
        self._folder = translations_folder(machine, guest)
        self._wanted: dict[int, dict[str, int]] = {}  # addresses, and their contexts
        self._live = Live(machine, guest) if machine.changed else None
        self._asked: Counter[int] = Counter()
        self._covered: set[int] = set()
        self._specialised: Any = None
        self._loaded: list[Any] = []
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
        self.seconds = 0.0
        self.error: Exception | None = None
        _translators.add(self)
        paths: list[Path] = []
        with suppress(OSError):  # a folder that can't be read has nothing for us
            paths = sorted(self._folder.glob("*.o"))
        for path in paths:
            data = store.kept(path)
            if data is not None:
                self._install(data)

    @property
    def in_use(self) -> int:
        """How many translations can be entered; one can take the place of another."""
        return len({entry for entry in self.table[: self._size] if entry > MOST})

    @property
    def looped(self) -> int:
        """How many instructions the loop has run."""
        return self.table[self._size + 1]

    def want(self, address: int) -> None:
        """Ask for a translation from an address, if it is hot."""
        entry = address & self.mask
        if self.table[entry] != HOT:
            return
        self.table[entry] = NEVER
        self._asked[address] += 1
        full = self.units >= MOST_UNITS or self.bytes >= MOST_BYTES
        if full or self._closed or self._asked[address] > ATTEMPTS:
            return
        self._wanted[address] = context(self._machine, self._guest)
        if self._thread is None:
            self._thread = threading.Thread(target=self._translate, daemon=True)
            self._thread.start()
        self._work.set()
        if WAIT:
            self.finish()

    def check(self) -> None:
        """Drop the translations of changed code, if the machine says that some was changed."""
        m, number = self._guest.state, self._machine.register(self._machine.changed)
        if self._live and m.r[number]:
            place, m.r[number] = m.r[number], 0
            for gone in self._live.changed(place, self.table, self.mask):
                self._covered -= gone.addresses()

    def finish(self) -> None:
        """Wait until all that was asked for is there."""
        while not self._closed and (self._work.is_set() or self._wanted):
            time.sleep(0.001)

    def end(self) -> None:
        """Let the thread end, when it has done the batch that it is at."""
        self._closed = True
        self._work.set()

    def join(self) -> None:
        """Wait until the thread has ended."""
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _translate(self) -> None:
        try:
            data = self._library()
            while data and not self._closed:
                if self._wanted:
                    self._translate_batch(data)
                else:
                    self._work.clear()
                    if self._wanted or self._closed:  # since we looked
                        self._work.set()
                    self._work.wait()
        except Exception as error:
            # The guest goes on in the loop, as it would without translations.
            self.error = error
        self._closed = True
        self._work.clear()

    def _translate_batch(self, library: bytes) -> None:
        begun = time.thread_time()
        from zoo.engines import backend, translate

        constants = Constants(self._machine, self._guest)
        if self._specialised is None:
            self._specialised = translate.library(library, constants)
        state = frozen(self._machine, self._guest)
        units: list[Unit] = []
        while sum(u.instructions for u in units) < BATCH and (wanted := self._next()):
            found = unit(self._machine, state, *wanted)
            if self._live and not self._live.watch(found, state):
                continue  # it has changed since
            if found.blocks:
                units.append(found)
                self._covered |= found.addresses()
        if units:
            module = translate.module(self._machine, self._specialised, state, constants, units)
            data = backend.object_code(module)
            if self._live:
                with self._live.lock:
                    self._install(data)
                    self._live.add(units, self.table, self.mask)
            else:
                self._install(data)
                store.keep(self._folder / f"{hashlib.sha256(data).hexdigest()[:16]}.o", data)
            self.units += len(units)
        self.seconds += time.thread_time() - begun

    def _next(self) -> tuple[int, dict[str, int]] | None:
        """The next address to translate from: the lowest, since routines begin with their first
        instruction, and none within other translations, unless one there was discarded."""
        while self._wanted:
            address = min(tuple(self._wanted))
            known = self._wanted.pop(address)
            if address not in self._covered or self._asked[address] > 1:
                return address, known
            self.table[address & self.mask] = 0  # it may be hot for who comes from elsewhere
        return None

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
        INSTALL(code.addresses["install"])(self.table)
        self._loaded.append(code)
        self.bytes += len(data)


INSTALL = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


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

    def run(self, budget: int) -> int:
        """As Interp.run."""
        m = self._m
        table, mask = self.translator.table, self.translator.mask
        left = budget
        while left > 0 and m.r[STOP] == RUNNING:
            self.translator.check()
            left = self._drive(self._address, left, table, mask)
            self.translator.want(m.r[PC])
        self.translator.check()
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
