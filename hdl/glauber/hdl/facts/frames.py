"""The frames of the link.

`COBS(kind | seq | body | CRC-32) 00`: the zero byte ends a frame and stands nowhere else, so a
receiver finds the next frame after any garbage. Numbers are little-endian. The checksum is the
CRC-32 of Ethernet and zlib over kind, seq and body. A reply repeats the request's kind with the top
bit set and its sequence number, then gives a result byte:

    READ   address:u32 count:u16      ->  result:u8 words:u32[count]
    WRITE  address:u32 words:u32[n]   ->  result:u8

A reply whose result is not `OK` carries no words. Frames with a bad checksum are counted and
dropped without a reply; the requester repeats itself, which is safe because every operation is
idempotent.
"""

import zlib
from enum import IntEnum

from .machine import MachineParams

__all__ = [
    "ADDRESS_BYTES",
    "COBS_BLOCK_BYTES",
    "COUNT_BYTES",
    "CRC_BYTES",
    "DELIMITER",
    "HEAD_BYTES",
    "REPLY_FLAG",
    "Kind",
    "Result",
    "buffer_bytes",
    "frame_bytes",
    "seal",
    "unseal",
]

DELIMITER = 0
REPLY_FLAG = 0x80
HEAD_BYTES = 2  # kind, seq
ADDRESS_BYTES = 4
COUNT_BYTES = 2
CRC_BYTES = 4
COBS_BLOCK_BYTES = 254  # of a frame, for which COBS takes one byte more


class Kind(IntEnum):
    """The kind byte of a request."""

    READ = 1
    WRITE = 2


class Result(IntEnum):
    """The result byte of a reply."""

    OK = 0
    BAD_KIND = 1
    BAD_LENGTH = 2
    BAD_ADDRESS = 3
    BUSY = 4
    BAD_VALUE = 5
    FAULT = 6

    @property
    def meaning(self) -> str:
        return {
            Result.OK: "done",
            Result.BAD_KIND: "the device does not know this kind of frame",
            Result.BAD_LENGTH: "the body has no legal length, or asks for more than burst_words",
            Result.BAD_ADDRESS: "there is nothing at the address, or not with this access",
            Result.BUSY: "a run is under way; only status and the stream can be read, and STOP and "
            "STREAM_TAIL written",
            Result.BAD_VALUE: "the value is out of range, or the counts are not set before a run",
            Result.FAULT: "a health test failed, nothing runs until `HEALTH` is cleared",
        }[self]


def frame_bytes(params: MachineParams) -> int:
    """The longest request before COBS: a WRITE of `burst_words` words."""
    return HEAD_BYTES + ADDRESS_BYTES + 4 * params.burst_words + CRC_BYTES


def buffer_bytes(params: MachineParams) -> int:
    """What a receiver can hold: the longest request, in a memory of 2**n bytes.

    A frame that fits but is too long is answered with `BAD_LENGTH`; one that does not is dropped.
    """
    return 1 << (frame_bytes(params) - 1).bit_length()


def seal(kind: int, seq: int, body: bytes) -> bytes:
    """A frame before COBS: kind, sequence number, body and checksum."""
    content = bytes((kind, seq)) + body
    return content + zlib.crc32(content).to_bytes(CRC_BYTES, "little")


def unseal(frame: bytes) -> tuple[int, int, bytes] | None:
    """`(kind, seq, body)` of a frame after COBS; None if it is too short or damaged."""
    content, checksum = frame[:-CRC_BYTES], frame[-CRC_BYTES:]
    if len(content) < HEAD_BYTES or zlib.crc32(content) != int.from_bytes(checksum, "little"):
        return None
    return content[0], content[1], content[2:]
