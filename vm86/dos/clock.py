"""Dates and times: DOS's two words, and the host's seconds."""

from __future__ import annotations

import datetime
from typing import Protocol

from vm86.dos.errors import DosError, Failure

_FIRST = datetime.datetime(1980, 1, 1)
_LAST = datetime.datetime(2107, 12, 31, 23, 59, 58)


class Clock(Protocol):
    def now(self) -> datetime.datetime:
        """Local time, without a time zone."""
        ...


def local(seconds: float) -> datetime.datetime:
    """The host's time stamp as local time; what DOS cannot say becomes the nearest that it can."""
    try:
        return datetime.datetime.fromtimestamp(seconds)
    except (OverflowError, OSError, ValueError):
        return _FIRST


def seconds(moment: datetime.datetime) -> float:
    """The reverse of `local`."""
    try:
        return moment.timestamp()
    except (OverflowError, OSError, ValueError):
        return 0.0


def pack(moment: datetime.datetime) -> tuple[int, int]:
    """The words (date, time) of a directory entry; two seconds are the unit of time."""
    moment = min(max(moment.replace(tzinfo=None), _FIRST), _LAST)
    date = (moment.year - 1980) << 9 | moment.month << 5 | moment.day
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return date, time


def unpack(date: int, time: int) -> datetime.datetime:
    """The reverse of `pack`. Raises Failure for what is no date."""
    try:
        return datetime.datetime(
            1980 + (date >> 9),
            date >> 5 & 15,
            date & 31,
            time >> 11,
            time >> 5 & 63,
            (time & 31) * 2,
        )
    except ValueError:
        raise Failure(DosError.INVALID_DATA) from None
