"""The object tree, attributes and properties (section 12)."""

from __future__ import annotations

from zmachine.registers import (
    BAD_ATTRIBUTE,
    LONG_PROPERTY,
    NO_PROPERTY,
    OBJECT_ZERO,
    OBJECTS,
    VERSION,
)
from zmachine.state import MASK, State, notice, poke, poke_word, stopped, word

PARENT = 0
SIBLING = 1
CHILD = 2
# A damaged list may be a ring: nobody follows one further than this.
LONGEST = 65536
MOST_PROPERTIES = 1024


def object_address(m: State, number: int) -> int:
    if m.r[VERSION] < 4:
        return m.r[OBJECTS] + 62 + 9 * (number - 1)
    return m.r[OBJECTS] + 126 + 14 * (number - 1)


def relative(m: State, number: int, which: int) -> int:
    """The object's parent, sibling or child."""
    if m.r[VERSION] < 4:
        return m.mem[(object_address(m, number) + 4 + which) & MASK]
    return word(m, object_address(m, number) + 6 + 2 * which)


def set_relative(m: State, number: int, which: int, value: int) -> int:
    if m.r[VERSION] < 4:
        return poke(m, object_address(m, number) + 4 + which, value)
    return poke_word(m, object_address(m, number) + 6 + 2 * which, value)


def get_parent(m: State, number: int) -> int:
    if number == 0:
        return notice(m, OBJECT_ZERO)
    return relative(m, number, PARENT)


def get_sibling(m: State, number: int) -> int:
    if number == 0:
        return notice(m, OBJECT_ZERO)
    return relative(m, number, SIBLING)


def get_child(m: State, number: int) -> int:
    if number == 0:
        return notice(m, OBJECT_ZERO)
    return relative(m, number, CHILD)


def jin(m: State, number: int, parent: int) -> int:
    if number == 0:
        notice(m, OBJECT_ZERO)
        return 1 if parent == 0 else 0
    return 1 if relative(m, number, PARENT) == parent else 0


def unlink(m: State, number: int) -> int:
    parent = relative(m, number, PARENT)
    if parent == 0:
        return 0
    sibling = relative(m, number, SIBLING)
    set_relative(m, number, PARENT, 0)
    set_relative(m, number, SIBLING, 0)
    child = relative(m, parent, CHILD)
    if child == number:
        return set_relative(m, parent, CHILD, sibling)
    for _ in range(LONGEST):
        following = relative(m, child, SIBLING)
        if following == number or child == 0:
            break
        child = following
    return set_relative(m, child, SIBLING, sibling) if child else 0


def remove_obj(m: State, number: int) -> int:
    if number == 0:
        return notice(m, OBJECT_ZERO)
    unlink(m, number)
    return stopped(m)


def insert_obj(m: State, number: int, parent: int) -> int:
    if number == 0 or parent == 0:
        return notice(m, OBJECT_ZERO)
    unlink(m, number)
    set_relative(m, number, PARENT, parent)
    set_relative(m, number, SIBLING, relative(m, parent, CHILD))
    set_relative(m, parent, CHILD, number)
    return stopped(m)


def attribute_exists(m: State, number: int, attribute: int) -> int:
    if number == 0:
        notice(m, OBJECT_ZERO)
        return 0
    if attribute > (31 if m.r[VERSION] < 4 else 47):
        notice(m, BAD_ATTRIBUTE)
        return 0
    return 1


def test_attr(m: State, number: int, attribute: int) -> int:
    if attribute_exists(m, number, attribute) == 0:
        return 0
    byte = m.mem[(object_address(m, number) + (attribute >> 3)) & MASK]
    return byte >> (7 - (attribute & 7)) & 1


def set_attr(m: State, number: int, attribute: int) -> int:
    if attribute_exists(m, number, attribute) == 0:
        return stopped(m)
    address = object_address(m, number) + (attribute >> 3)
    return poke(m, address, m.mem[address & MASK] | 0x80 >> (attribute & 7))


def clear_attr(m: State, number: int, attribute: int) -> int:
    if attribute_exists(m, number, attribute) == 0:
        return stopped(m)
    address = object_address(m, number) + (attribute >> 3)
    return poke(m, address, m.mem[address & MASK] & ~(0x80 >> (attribute & 7)))


# A property is named below by its address: that of its size byte (12.4).


def properties(m: State, number: int) -> int:
    """The address of the object's property table, which begins with its short name."""
    address = object_address(m, number)
    return word(m, address + (7 if m.r[VERSION] < 4 else 12))


def first_property(m: State, number: int) -> int:
    table = properties(m, number)
    return table + 1 + 2 * m.mem[table & MASK]


def property_number(m: State, address: int) -> int:
    return m.mem[address & MASK] & (31 if m.r[VERSION] < 4 else 63)


def property_data(m: State, address: int) -> int:
    """Where the property's data begin, after one size byte or two."""
    if m.r[VERSION] >= 4 and m.mem[address & MASK] & 0x80:
        return address + 2
    return address + 1


def property_length(m: State, data: int) -> int:
    """The number of bytes of the property whose data begin at `data`."""
    size = m.mem[(data - 1) & MASK]
    if m.r[VERSION] < 4:
        return (size >> 5) + 1
    if size & 0x80:
        return size & 0x3F if size & 0x3F else 64  # 12.4.2.1.1
    return 2 if size & 0x40 else 1


def next_property(m: State, address: int) -> int:
    data = property_data(m, address)
    return data + property_length(m, data)


def find_property(m: State, number: int, wanted: int) -> int:
    """The address of the object's property `wanted`, or 0. They stand in descending order."""
    address = first_property(m, number)
    for _ in range(MOST_PROPERTIES):
        present = property_number(m, address)
        if present <= wanted:
            return address if present == wanted and wanted > 0 else 0
        address = next_property(m, address)
    return 0


def get_prop(m: State, number: int, wanted: int) -> int:
    if number == 0:
        return notice(m, OBJECT_ZERO)
    address = find_property(m, number, wanted)
    if address == 0:
        return word(m, m.r[OBJECTS] + 2 * (wanted - 1))
    data = property_data(m, address)
    length = property_length(m, data)
    if length == 1:
        return m.mem[data & MASK]
    if length > 2:
        notice(m, LONG_PROPERTY)
    return word(m, data)


def get_prop_addr(m: State, number: int, wanted: int) -> int:
    if number == 0:
        return notice(m, OBJECT_ZERO)
    address = find_property(m, number, wanted)
    return property_data(m, address) if address else 0


def get_prop_len(m: State, data: int) -> int:
    return property_length(m, data) if data else 0


def get_next_prop(m: State, number: int, wanted: int) -> int:
    if number == 0:
        return notice(m, OBJECT_ZERO)
    if wanted == 0:
        return property_number(m, first_property(m, number))
    address = find_property(m, number, wanted)
    if address == 0:
        return notice(m, NO_PROPERTY)
    return property_number(m, next_property(m, address))


def put_prop(m: State, number: int, wanted: int, value: int) -> int:
    if number == 0:
        return notice(m, OBJECT_ZERO)
    address = find_property(m, number, wanted)
    if address == 0:
        return notice(m, NO_PROPERTY)
    data = property_data(m, address)
    if property_length(m, data) == 1:
        return poke(m, data, value)
    return poke_word(m, data, value)
