"""What the host does for a guest."""

from __future__ import annotations

from typing import cast

from vm86 import registers as r
from vm86.state import State
from zoo.host import Host
from zoo.layout import Guest
from zoo.registers import CAUSE, REPLIED, REPLY

FAULTS = {r.SHUTDOWN: "no handler could be called: the processor has shut down"}
REQUESTS = {
    r.FLUSH: "flush",
    r.SERVE: "service",
    r.READ_PORT: "port read",
    r.WRITE_PORT: "port write",
    r.IDLE: "idle",
}


class Services:
    """Answers a guest's requests: for now there is nothing behind any port."""

    def __init__(self, guest: Guest, host: Host) -> None:
        self._m = cast(State, guest.state)
        self._host = host

    def flush(self) -> None:
        pass

    def serve(self) -> bool:
        m = self._m
        if m.r[CAUSE] == r.READ_PORT:
            m.r[REPLY] = -1
        elif m.r[CAUSE] != r.WRITE_PORT:
            return False
        m.r[REPLIED] = 1
        return True
