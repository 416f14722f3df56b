"""Address line 20, and port 92h, which opens it beside the keyboard controller."""

from __future__ import annotations

from collections.abc import Callable

from vm86.devices.device import Device


class A20(Device):
    """enabled: whether addresses reach past 1 MiB. The keyboard controller's output port and port
    92h are one gate, as in chip sets that join them."""

    KEPT = ("enabled",)

    def __init__(self, changed: Callable[[bool], None]) -> None:
        """changed: called when it opens or closes."""
        self.enabled = 0
        self._changed = changed

    def set(self, level: int) -> None:
        if level & 1 != self.enabled:
            self.enabled = level & 1
            self._changed(bool(self.enabled))

    def read(self, port: int) -> int:
        return self.enabled << 1 & 2

    def write(self, port: int, value: int) -> None:
        self.set(value >> 1)
