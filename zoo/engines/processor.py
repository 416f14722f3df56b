"""The processor that we run on: native code is good for its kind alone."""

from __future__ import annotations

from contextlib import suppress

# What Linux says that is the same as long as the processor is. LLVM asks the processor itself; to
# import LLVM for that takes longer than a short run.
SAME = (
    *("vendor_id", "cpu family", "model", "model name", "stepping", "flags"),
    *("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "Features"),
)
ENOUGH = 1 << 14  # bytes, for the first of the processors
PLACE = "/proc/cpuinfo"


def processor() -> str:
    """Its kind, and all that it can do."""
    found: dict[str, str] = {}
    with suppress(OSError), open(PLACE, "rb") as file:
        for line in file.read(ENOUGH).decode(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() in SAME:
                found.setdefault(name.strip(), value.strip())
    if "flags" in found or "Features" in found:
        return repr(found)
    from zoo.engines.backend import processor

    return processor()
