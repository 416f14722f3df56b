"""The functions of INT 21h, by the number in AH."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vm86.dos import (
    characters,
    country,
    directories,
    execute,
    fcb,
    fcbnames,
    files,
    ioctl,
    process,
    system,
)
from vm86.task import Task

if TYPE_CHECKING:
    from vm86.dos.kernel import Dos

Function = Callable[["Dos", Task], None]

FUNCTIONS: dict[int, Function] = {
    0x00: process.terminate,
    0x01: characters.read_with_echo,
    0x02: characters.display,
    0x03: characters.read_auxiliary,
    0x04: characters.write_auxiliary,
    0x05: characters.print_,
    0x06: characters.direct,
    0x07: characters.read_direct,
    0x08: characters.read_silent,
    0x09: characters.display_string,
    0x0A: characters.read_line,
    0x0B: characters.input_status,
    0x0C: characters.flush_and_read,
    0x0D: system.reset_disks,
    0x0E: system.select_drive,
    0x0F: fcb.open_,
    0x10: fcb.close,
    0x11: fcb.find_first,
    0x12: fcb.find_next,
    0x13: fcb.delete,
    0x14: fcb.read_sequential,
    0x15: fcb.write_sequential,
    0x16: fcb.create,
    0x17: fcb.rename,
    0x19: system.current_drive,
    0x1A: fcb.set_transfer_area,
    0x1B: system.default_allocation,
    0x1C: system.allocation,
    0x1F: system.default_parameters,
    0x21: fcb.read_random,
    0x22: fcb.write_random,
    0x23: fcb.file_size,
    0x24: fcb.set_random,
    0x25: system.set_vector,
    0x26: process.create_prefix,
    0x27: fcb.read_block,
    0x28: fcb.write_block,
    0x29: fcbnames.parse_name,
    0x2A: system.get_date,
    0x2B: system.set_date,
    0x2C: system.get_time,
    0x2D: system.set_time,
    0x2E: system.set_verify,
    0x2F: fcb.transfer_area,
    0x30: system.version,
    0x31: process.keep,
    0x32: system.drive_parameters,
    0x33: system.break_check,
    0x34: system.in_dos,
    0x35: system.get_vector,
    0x36: system.free_space,
    0x37: system.switch_character,
    0x38: country.country,
    0x39: directories.make_directory,
    0x3A: directories.remove_directory,
    0x3B: directories.change_directory,
    0x3C: files.create,
    0x3D: files.open_,
    0x3E: files.close,
    0x3F: files.read,
    0x40: files.write,
    0x41: directories.delete,
    0x42: files.seek,
    0x43: directories.attributes,
    0x44: ioctl.control,
    0x45: files.duplicate,
    0x46: files.force_duplicate,
    0x47: directories.current_directory,
    0x48: system.allocate,
    0x49: system.free,
    0x4A: system.resize,
    0x4B: execute.execute,
    0x4C: process.exit_,
    0x4D: process.return_code,
    0x4E: directories.find_first,
    0x4F: directories.find_next,
    0x50: process.set_prefix,
    0x51: process.get_prefix,
    0x52: system.lists,
    0x53: system.divide,
    0x54: system.get_verify,
    0x55: process.create_child,
    0x56: directories.rename,
    0x57: files.date_and_time,
    0x58: system.strategy,
    0x59: system.extended_error,
    0x5A: files.create_temporary,
    0x5B: files.create_new,
    0x5C: system.no_network,
    0x5D: system.server,
    0x5E: system.no_network,
    0x5F: system.no_network,
    0x60: directories.canonical,
    0x62: process.get_prefix,
    0x63: country.lead_bytes,
    0x64: system.printer_flag,
    0x65: country.extended,
    0x66: country.code_page,
    0x67: files.set_handle_count,
    0x68: files.commit,
}

# Functions from this one on tell of errors with carry, the older ones with FFh in AL.
FIRST_WITH_CARRY = 0x38
# They look for Ctrl-C, and pause at Ctrl-S: those of characters, but for the raw ones 06h and 07h.
CHECKED = frozenset((0x01, 0x02, 0x03, 0x04, 0x05, 0x08, 0x09, 0x0A, 0x0B))
# What a handler of critical errors may call.
WITHIN_ERRORS = frozenset((*range(0x01, 0x0D), 0x33, 0x50, 0x51, 0x59, 0x62))
# They may not return to their caller, and see to its flags themselves.
LEAVES = frozenset((0x4B, 0x4C))
# Programs that handle prefixes call these from the inside of others: SS:SP is not noted for them.
WITHOUT_STACK = frozenset((0x33, 0x50, 0x51, 0x62, 0x64))
# All others look for Ctrl-C, too, with BREAK ON.
WITH_BREAK = frozenset(range(0x0D, 0x100)) - WITHOUT_STACK
