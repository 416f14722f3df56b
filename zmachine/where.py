"""Where a story's text goes: what everybody who reads its events has to follow."""

from __future__ import annotations

from zoo.host import Event


class Where:
    """Follows the events that say where text goes.

    lower: it is the lower window's, and not a status line's. shown: it goes to the screen too;
    the story may have turned that off (7.1). window: the one selected, 0 lower, 1 upper.
    """

    def __init__(self) -> None:
        self.window = 0
        self._status = False
        self._muted = False

    @property
    def lower(self) -> bool:
        return self.window == 0 and not self._status

    @property
    def shown(self) -> bool:
        return not self._muted

    def follow(self, event: Event) -> None:
        match event[0]:
            case "window":
                self.window = event[1]
            case "erase_window" if event[1] == -1:
                self.window = 0
            case "stream" if event[1] in (1, -1):
                self._muted = event[1] < 0
            case "status":
                self._status = True
            case "status_end":
                self._status = False
            case _:
                pass
