# SPDX-License-Identifier: Apache-2.0
"""InfiniBand packets that carry a tag, and a scoreboard that wants each of them once, in order and unchanged."""

import random
import struct
import zlib
from collections import defaultdict, deque

LRH_BYTES, BTH_BYTES, ICRC_BYTES = 8, 12, 4
TAG = struct.Struct(">4sHHHI")
MAGIC = b"LWpy"
OVERHEAD = LRH_BYTES + BTH_BYTES + ICRC_BYTES
SMALLEST_PAYLOAD = TAG.size
SEND_ONLY = 0x04  # of a reliable connection: nothing stands between BTH and payload


def build_packet(vl, payload, dlid=1, slid=2, sl=None):
    """LRH through ICRC of a local packet; the payload is filled up to whole words."""
    pad = -len(payload) & 3
    words = (OVERHEAD + len(payload) + pad) // 4
    lrh = struct.pack(">BBHHH", vl << 4, (vl if sl is None else sl) << 4 | 2, dlid, words, slid)
    bth = struct.pack(">BBHII", SEND_ONLY, 0x40 | pad << 4, 0xFFFF, 1, 0)
    body = bth + payload + bytes(pad)
    covered = bytes([lrh[0] | 0xF0]) + lrh[1:] + body[:4] + b"\xff" + body[5:]
    return lrh + body + zlib.crc32(covered).to_bytes(4, "little")


class Scoreboard:
    """Packets by source, destination and lane."""

    def __init__(self, seed=1):
        self.sent = 0
        self.matched = 0
        self.problems = []
        self._random = random.Random(seed)
        self._waiting = defaultdict(deque)
        self._next = defaultdict(int)

    def packet(self, source, destination, vl, payload_bytes, **fields):
        """Makes a packet with random bytes that is expected at its destination from now on."""
        key = (source, destination, vl)
        index = self._next[key]
        self._next[key] += 1
        tag = TAG.pack(MAGIC, source, destination, vl, index)
        payload = tag + self._random.randbytes(max(0, payload_bytes - len(tag)))
        packet = build_packet(vl, payload, **fields)
        self._waiting[key].append((index, packet))
        self.sent += 1
        return packet

    def receive(self, destination, packet, error=False):
        """Takes what came out at a destination; packets with the error mark are fragments and not counted."""
        if error:
            return
        packet = bytes(packet)
        place = LRH_BYTES + BTH_BYTES
        if packet[place:place + 4] != MAGIC:
            self.problems.append(f"a packet without a tag at {destination}: {packet[:40].hex()}")
            return
        _, source, wanted, vl, index = TAG.unpack_from(packet, place)
        if wanted != destination:
            self.problems.append(f"packet {index} from {source} to {wanted} came out at {destination}")
            return
        waiting = self._waiting[source, wanted, vl]
        numbers = [number for number, _ in waiting]
        if index not in numbers:
            self.problems.append(f"packet {index} from {source} to {wanted} on VL {vl} came twice, or was never sent")
            return
        if index != numbers[0]:
            self.problems.append(f"packet {index} from {source} to {wanted} on VL {vl} came before {numbers[0]}")
        expected = waiting[numbers.index(index)]
        waiting.remove(expected)
        if expected[1] != packet:
            at = next((i for i, pair in enumerate(zip(expected[1], packet)) if pair[0] != pair[1]), len(packet))
            self.problems.append(f"packet {index} from {source} to {wanted} on VL {vl} was changed in byte {at}")
            return
        self.matched += 1

    @property
    def missing(self):
        """Packets that have not come."""
        return self.sent - self.matched

    def check(self):
        """Raises when anything went wrong, or is missing."""
        assert not self.problems, "\n".join(self.problems[:5])
        assert self.missing == 0, f"{self.missing} of {self.sent} packets were lost"
        assert self.sent > 0, "no packet was sent"
