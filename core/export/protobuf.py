"""Writing protocol buffers, as far as ONNX needs it: fields of whole numbers, floats, bytes and messages.

Source: the encoding's description by Google. A message is its fields one behind the other; a field is its number and
its kind, and then its value.
"""

from __future__ import annotations

import struct

VARINT, LENGTH_GIVEN, FOUR_BYTES = 0, 2, 5


def varint(number: int) -> bytes:
    """A whole number, seven bits in each byte, the lowest first; a negative one as 64 bits."""
    number &= (1 << 64) - 1
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def field(number: int, value: int | float | str | bytes) -> bytes:
    """One field of a message; messages within it are given as the bytes that they are."""
    if isinstance(value, int):
        return varint(number << 3 | VARINT) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | FOUR_BYTES) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | LENGTH_GIVEN) + varint(len(data)) + data


def message(*fields: bytes) -> bytes:
    """The fields as one message."""
    return b"".join(fields)
