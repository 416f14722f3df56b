"""The devices of an AT at their ports, without its disks."""

from vm86.devices.cmos import Clock
from vm86.devices.ports import Ports

__all__ = ["Clock", "Ports"]
