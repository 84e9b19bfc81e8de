"""The frames of the link.

`COBS(kind | seq | body | CRC-32) 00`: the zero byte ends a frame and stands nowhere else, so a
receiver finds the next frame after any garbage. Numbers are little-endian; seq has 16 bits. The
checksum is the CRC-32 of Ethernet and zlib over kind, seq and body. A reply repeats the request's
kind with the top bit set and its seq, then gives a result byte:

    READ   address:u32 count:u16      ->  result:u8 words:u32[count]
    WRITE  address:u32 words:u32[n]   ->  result:u8
    FIRST  address:u32 words:u32[n]   ->  result:u8

A reply whose result is not `OK` carries no words. Damaged frames are counted and dropped without a
reply, and so are those that find no room in the queue of requests.

A READ changes nothing; its seq is a mark by which its reply is known. A WRITE is done only if its
seq is the number of writes done so far, modulo 2**16, which `Register.WRITES` gives: so every write
is done once, and in its order, whatever is lost, repeated or late on the way. A write that is
refused does not count. FIRST is a WRITE that is done whatever its seq; the next one is seq + 1. It
is for a requester that cannot ask and whose line cannot fail.
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
    "QUEUE_FRAMES",
    "REPLY_FLAG",
    "SEQ_COUNT",
    "Kind",
    "Result",
    "buffer_bytes",
    "frame_bytes",
    "queue_bytes",
    "seal",
    "unseal",
]

DELIMITER = 0
REPLY_FLAG = 0x80
SEQ_COUNT = 1 << 16
HEAD_BYTES = 3  # kind, seq
ADDRESS_BYTES = 4
COUNT_BYTES = 2
CRC_BYTES = 4
QUEUE_FRAMES = 4  # requests that a device holds, with the one that it is at
COBS_BLOCK_BYTES = 254  # of a frame, for which COBS takes one byte more


class Kind(IntEnum):
    """The kind byte of a request."""

    READ = 1
    WRITE = 2
    FIRST = 3


class Result(IntEnum):
    """The result byte of a reply."""

    OK = 0
    BAD_KIND = 1
    BAD_LENGTH = 2
    BAD_ADDRESS = 3
    BUSY = 4
    BAD_VALUE = 5
    FAULT = 6
    OUT_OF_ORDER = 7

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
            Result.OUT_OF_ORDER: "its number is not that of the next write, which `WRITES` gives",
        }[self]


def frame_bytes(params: MachineParams) -> int:
    """The longest request before COBS: a WRITE of `burst_words` words."""
    return HEAD_BYTES + ADDRESS_BYTES + 4 * params.burst_words + CRC_BYTES


def buffer_bytes(params: MachineParams) -> int:
    """The ring in which requests wait: two of the longest, in a memory of 2**n bytes."""
    return 1 << (2 * frame_bytes(params) - 1).bit_length()


def queue_bytes(params: MachineParams) -> int:
    """Bytes of requests, before COBS, that a device holds, in `QUEUE_FRAMES` of them.

    A request that fits but is too long is answered with `BAD_LENGTH`; one that does not is dropped.
    """
    return buffer_bytes(params) - 1


def seal(kind: int, seq: int, body: bytes) -> bytes:
    """A frame before COBS: kind, sequence number, body and checksum."""
    content = bytes((kind,)) + seq.to_bytes(2, "little") + body
    return content + zlib.crc32(content).to_bytes(CRC_BYTES, "little")


def unseal(frame: bytes) -> tuple[int, int, bytes] | None:
    """`(kind, seq, body)` of a frame after COBS; None if it is too short or damaged."""
    content, checksum = frame[:-CRC_BYTES], frame[-CRC_BYTES:]
    if len(content) < HEAD_BYTES or zlib.crc32(content) != int.from_bytes(checksum, "little"):
        return None
    return content[0], int.from_bytes(content[1:3], "little"), content[3:]
