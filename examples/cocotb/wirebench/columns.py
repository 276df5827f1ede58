# SPDX-License-Identifier: Apache-2.0
"""Columns of the MII, and the CRCs of the wire (docs/wire-format.md)."""

IDLE = 0x07
START = 0xFB
TERMINATE = 0xFD
CONTROL = 0x5C

ACK, NACK, INIT, INIT_ECHO, FILL, POISON = 0x01, 0x02, 0x03, 0x04, 0x20, 0x21
DATA_PACKET, FLOW_CONTROL = 0x55, 0x66

SEQUENCE_MASK = (1 << 20) - 1
SEQUENCE_HALF = 1 << 19

IDLE_COLUMN = bytes([IDLE] * 8)


def _table8(polynomial):
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value << 1) ^ (polynomial if value & 0x80 else 0)
        table.append(value & 0xFF)
    return table


def _table16(reversed_polynomial):
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (reversed_polynomial if value & 1 else 0)
        table.append(value)
    return table


_CRC8 = _table8(0x07)
_CRC16 = _table16(0xD008)  # x^16+x^12+x^3+x+1, reversed


def crc8(data):
    """CRC-8 of start columns and control sets."""
    register = 0xFF
    for byte in data:
        register = _CRC8[register ^ byte]
    return register


def vcrc(data):
    """VCRC of LRH through ICRC, and LPCRC of a flow-control packet; the low byte goes first."""
    register = 0xFFFF
    table = _CRC16
    for byte in data:
        register = (register >> 8) ^ table[(register ^ byte) & 0xFF]
    return register ^ 0xFFFF


def start_column(kind, sequence):
    """Start column of a frame; ``sequence`` None is a frame outside of the retry."""
    if sequence is None:
        body = bytes([0x55, 0x55, 0x55, kind, 0x55])
    else:
        body = bytes([(sequence >> 16) << 4 | 7, sequence >> 8 & 0xFF, sequence & 0xFF, kind, 0x55])
    return bytes([START]) + body + bytes([crc8(body), 0xD5])


def control_column(message, sequence=0, word=0):
    """A control set; its flags are 01."""
    body = bytes([
        message, sequence >> 12 & 0xFF, sequence >> 4 & 0xFF, (sequence & 15) << 4 | 6, word >> 8, word & 0xFF,
    ])
    return bytes([CONTROL]) + body + bytes([crc8(body)])


def frame_columns(frame, kind, sequence):
    """Start, packet with its CRC, terminate: bytes, and one byte of flags a column."""
    rest = len(frame) % 8
    data = start_column(kind, sequence) + frame + bytes([TERMINATE]) + bytes([IDLE] * (7 - rest))
    return data, b"\x01" + bytes(len(frame) // 8) + bytes([0xFF << rest & 0xFF])


class ColumnDecoder:
    """Takes beats of the MII; calls ``on_frame`` and ``on_control`` for what is in them.

    ``on_frame(bytes, kind, sequence, poisoned)`` gets None for the bytes of a damaged frame.
    """

    def __init__(self, bits, on_frame, on_control):
        self.bad_controls = 0
        self._bytes = bits // 8
        self._columns = bits // 64
        self._on_frame = on_frame
        self._on_control = on_control
        self._idle = int.from_bytes(IDLE_COLUMN * self._columns, "little")
        self._all = (1 << self._bytes) - 1
        self._frame = None
        self._head = None
        self._poison = False

    def beat(self, data, flags):
        """One beat: data and flags as they stand on the wires."""
        if self._frame is None:
            if flags == self._all and data == self._idle:
                return
        elif flags == 0:
            self._frame += data.to_bytes(self._bytes, "little")
            return
        raw = data.to_bytes(self._bytes, "little")
        for column in range(self._columns):
            self._column(raw[8 * column:8 * column + 8], flags >> 8 * column & 0xFF)

    def _column(self, raw, flags):
        if flags == 0xFF and raw == IDLE_COLUMN:
            self._damaged()
        elif flags == 0:
            if self._frame is not None:
                self._frame += raw
        elif flags == 1 and raw[0] == CONTROL:
            self._control(raw)
        elif flags == 1 and raw[0] == START:
            self._damaged()
            self._start(raw)
        else:
            self._terminate(raw, flags)

    def _start(self, raw):
        self._frame = bytearray()
        self._poison = False
        eligible = raw[1] & 15 == 7
        plain = raw[1:4] == b"\x55\x55\x55"
        good = raw[7] == 0xD5 and crc8(raw[1:6]) == raw[6] and (eligible or plain)
        sequence = (raw[1] >> 4) << 16 | raw[2] << 8 | raw[3] if eligible else None
        self._head = (raw[4], sequence) if good else None

    def _control(self, raw):
        if crc8(raw[1:7]) != raw[7] or raw[4] & 15 != 6:
            self.bad_controls += 1
            return
        sequence = raw[2] << 12 | raw[3] << 4 | raw[4] >> 4
        if raw[1] == POISON:
            self._poison = True
        elif raw[1] != FILL:
            self._on_control(raw[1], sequence, raw[5] << 8 | raw[6])

    def _terminate(self, raw, flags):
        kept = next((k for k in range(8) if flags == 0xFF << k & 0xFF), None)
        if self._frame is None:
            return
        if kept is None or raw[kept] != TERMINATE or self._head is None:
            self._damaged()
            return
        frame, self._frame = bytes(self._frame) + raw[:kept], None
        self._on_frame(frame, *self._head, self._poison)

    def _damaged(self):
        if self._frame is not None:
            self._frame = None
            self._on_frame(None, DATA_PACKET, None, False)
