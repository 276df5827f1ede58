# SPDX-License-Identifier: Apache-2.0
"""The other end of a wire: a link port in Python, with session, retry and credits (docs/wire-format.md)."""

import random
from collections import deque

import cocotb
from cocotb.triggers import RisingEdge

from .columns import (
    ACK, DATA_PACKET, FLOW_CONTROL, IDLE_COLUMN, INIT, INIT_ECHO, NACK, SEQUENCE_HALF, SEQUENCE_MASK,
    ColumnDecoder, control_column, frame_columns, vcrc,
)

CREDIT_MASK = 0xFFF
CREDIT_WINDOW = 2048
RESTART_INTERVALS = 128


class LinkPartner:
    """Drives the MII of one port of a device.

    ``send(packet)`` queues LRH through ICRC; ``on_packet(packet, error)`` gets what the device delivers. The faults:
    ``damage_next`` frames are sent with a wrong bit and again when they are asked for; ``ignore_next`` good frames of
    the device are taken for damaged ones.
    """

    def __init__(self, dut, port, device, on_packet=None, buffer_blocks=256, seed=1):
        numbers = device.derived
        mii = f"p{port}_mii_"
        self._txd, self._txc = getattr(dut, mii + "txd"), getattr(dut, mii + "txc")
        self._rxd, self._rxc = getattr(dut, mii + "rxd"), getattr(dut, mii + "rxc")
        self._tx_ready, self._rx_valid = getattr(dut, mii + "tx_ready"), getattr(dut, mii + "rx_valid")
        self._link_up = getattr(dut, mii + "link_up")
        self._clk, self._rst = dut.clk, dut.rst
        self.port = port
        self.on_packet = on_packet or (lambda packet, error: None)
        self.damage_next = 0
        self.ignore_next = 0
        self.counts = {"sent": 0, "received": 0, "replays": 0, "replays asked": 0, "duplicates": 0}
        self.cycle = 0
        self._bytes = device.datapath_bits // 8
        self._columns = device.datapath_bits // 64
        self._idle = self._beat_of(b"", b"")
        self._vls = device.data_vls
        self._block = numbers["creditBlockBytes"]
        self._capacity = buffer_blocks
        self._refresh = numbers["creditRefreshCycles"]
        self._retry = device.link["retry"] != "none"
        self._init_interval = numbers.get("initIntervalCycles", 64)
        self._timeout = 3000 + 4 * numbers.get("replayTimerCycles", 0)
        self._share = min(1.0, device.rate_gbps * 1000 / (device.datapath_bits * device.clock_mhz))
        self._random = random.Random(seed * 1000 + port)
        self._queues = {vl: deque() for vl in [15, *range(self._vls)]}
        self._beats = deque()
        self._decoder = ColumnDecoder(device.datapath_bits, self._on_frame, self._on_control)
        self._own_word = None
        self._start()
        for signal, value in ((self._rxd, self._idle[0]), (self._rxc, self._idle[1]), (self._rx_valid, 0),
                              (self._tx_ready, 0), (self._link_up, 0)):
            signal.setimmediatevalue(value)
        self._task = cocotb.start_soon(self._run())

    def send(self, packet):
        """Queues a packet on the lane that its LRH names."""
        self._queues[packet[0] >> 4].append(packet)

    @property
    def waiting(self):
        """Packets that have not been sent for the first time."""
        return sum(len(queue) for queue in self._queues.values())

    @property
    def ready(self):
        """The handshake is done in both directions."""
        return self._echoed and self._peer_word is not None

    @property
    def quiet(self):
        """Nothing waits and nothing is unacknowledged."""
        return not any(self._queues.values()) and not self._kept

    async def _run(self):
        edge = RisingEdge(self._clk)
        while self._rst.value != 0:
            await edge
        self._link_up.value = 1
        budget, taken = 0.0, False
        while True:
            await edge
            self.cycle += 1
            if taken:
                self._decoder.beat(self._txd.value.integer, self._txc.value.integer)
            budget += self._share
            taken = budget >= 1.0
            budget -= taken
            self._tx_ready.value = taken
            self._rx_valid.value = taken
            if taken:
                self._rxd.value, self._rxc.value = self._next_beat()

    # ---- session ----

    def _start(self):
        self._own_word, previous = self._random.randrange(1 << 16), self._own_word
        if self._own_word == previous:
            self._own_word ^= 1
        self._peer_word = self._candidate = self._echo = None
        self._echoed = False
        self._init_at = self._lonely_since = self.cycle
        self._sequence = self._own_word << 4
        self._kept = {}
        self._acked = (self._sequence - 1) & SEQUENCE_MASK
        self._replay_at = None
        self._progress_at = self.cycle
        self._fctbs = [0] * 15
        self._limit = [0] * 15
        self._take_peer(None)

    def _take_peer(self, expected):
        self._expected = expected
        self._nack_state = "SEND_ACKS"
        self._ack_due = False
        self._abr = [0] * 15
        self._told = [None] * 15
        self._told_at = [0] * 15

    def _on_init(self, sequence, word):
        if self._peer_word is not None and word != self._peer_word and self._echoed:
            if word != self._candidate:
                self._candidate = word
                return
            self._start()
        self._candidate = None
        if word != self._peer_word:
            self._peer_word = word
            self._echoed = False
            self._init_at = self.cycle
            self._take_peer(sequence)
        self._echo = (sequence, word)

    def _on_control(self, message, sequence, word):
        if message == INIT:
            self._on_init(sequence, word)
        elif message == INIT_ECHO:
            if sequence == self._own_word << 4 and word == self._own_word:
                self._echoed = True
                self._lonely_since = self.cycle
        elif message in (ACK, NACK) and self._retry:
            self._acknowledge(sequence, message == NACK)

    # ---- retry, sending side ----

    def _acknowledge(self, sequence, nack):
        distance = (sequence - self._acked) & SEQUENCE_MASK
        if distance > (self._sequence - 1 - self._acked) & SEQUENCE_MASK:
            return
        for _ in range(distance):
            self._acked = (self._acked + 1) & SEQUENCE_MASK
            self._kept.pop(self._acked, None)
            self._progress_at = self.cycle
            if self._replay_at == self._acked:
                self._replay_at = (self._acked + 1) & SEQUENCE_MASK
        if nack:
            self._replay()
        if self._replay_at == self._sequence:
            self._replay_at = None

    def _replay(self):
        if self._kept:
            self.counts["replays"] += 1
            self._replay_at = (self._acked + 1) & SEQUENCE_MASK
            self._progress_at = self.cycle

    # ---- receiving side ----

    def _on_frame(self, frame, kind, sequence, poison):
        if self._peer_word is None:
            return
        verdict = None if frame is None or len(frame) < 6 else vcrc(frame[:-2]) ^ int.from_bytes(frame[-2:], "little")
        poisoned = verdict == 0xFFFF and poison
        if verdict != 0 and not poisoned:
            self._gap()
            return
        if (sequence is None) == self._retry:
            return
        if self._retry:
            distance = (sequence - self._expected) & SEQUENCE_MASK
            if distance != 0:
                if distance < SEQUENCE_HALF:
                    self._gap()
                else:
                    self.counts["duplicates"] += 1
                    self._ack_due = True
                return
            if kind == DATA_PACKET and self.ignore_next > 0:
                self.ignore_next -= 1
                self._gap()
                return
            self._expected = (sequence + 1) & SEQUENCE_MASK
            self._nack_state = "SEND_ACKS"
            self._ack_due = True
        if kind == FLOW_CONTROL:
            first, second = int.from_bytes(frame[0:2], "big"), int.from_bytes(frame[2:4], "big")
            self._abr[second >> 12] = first & CREDIT_MASK
            self._limit[second >> 12] = second & CREDIT_MASK
            return
        vl = frame[0] >> 4
        if vl < 15 and not poisoned:
            self._abr[vl] = (self._abr[vl] + self._blocks(frame)) & CREDIT_MASK
        self.counts["received"] += 1
        self.on_packet(frame[:-2], poisoned)

    def _gap(self):
        if self._nack_state == "SEND_ACKS":
            self._nack_state = "SEND_NACK"

    # ---- what goes next ----

    def _next_beat(self):
        if self._beats:
            return self._beats.popleft()
        self._watch()
        message = self._message()
        if message is not None:
            return self._beat_of(message, b"\x01")
        frame = self._frame()
        if frame is None:
            return self._idle
        data, flags = frame
        for column in range(0, len(flags), self._columns):
            self._beats.append(
                self._beat_of(data[8 * column:8 * (column + self._columns)], flags[column:column + self._columns])
            )
        return self._beats.popleft()

    def _beat_of(self, data, flags):
        """A beat with these columns in front and idle behind."""
        data = data + IDLE_COLUMN * (self._columns - len(flags))
        flags = flags + b"\xff" * (self._columns - len(flags))
        return int.from_bytes(data, "little"), int.from_bytes(flags, "little")

    def _watch(self):
        if self._echoed and self._peer_word is None:
            if self.cycle - self._lonely_since > RESTART_INTERVALS * self._init_interval:
                self._start()
        elif self._kept and self._replay_at is None and self.cycle - self._progress_at > self._timeout:
            self._replay()

    def _message(self):
        if not self._echoed and self.cycle >= self._init_at:
            self._init_at = self.cycle + self._init_interval
            return control_column(INIT, self._own_word << 4, self._own_word)
        if self._echo is not None:
            (sequence, word), self._echo = self._echo, None
            return control_column(INIT_ECHO, sequence, word)
        if self._peer_word is None or not self._retry:
            return None
        last = (self._expected - 1) & SEQUENCE_MASK
        if self._nack_state == "SEND_NACK":
            self._nack_state = "NACK_SENT"
            self._ack_due = False
            self.counts["replays asked"] += 1
            return control_column(NACK, last)
        if self._ack_due:
            self._ack_due = False
            return control_column(ACK, last)
        return None

    def _frame(self):
        if not self.ready:
            return None
        if self._replay_at is not None:
            sequence = self._replay_at
            frame, kind = self._kept[sequence]
            following = (sequence + 1) & SEQUENCE_MASK
            self._replay_at = None if following == self._sequence else following
            return frame_columns(frame, kind, sequence)
        fresh = (self._flow_control() or self._packet()) if len(self._kept) < 200 else None
        if fresh is None:
            return None
        frame, kind = fresh
        sequence = None
        if self._retry:
            sequence, self._sequence = self._sequence, (self._sequence + 1) & SEQUENCE_MASK
            if not self._kept:
                self._progress_at = self.cycle
            self._kept[sequence] = (frame, kind)
        if kind == DATA_PACKET and self.damage_next > 0:
            self.damage_next -= 1
            frame = frame[:9] + bytes([frame[9] ^ 4]) + frame[10:]
        return frame_columns(frame, kind, sequence)

    def _flow_control(self):
        for vl in range(self._vls):
            limit = (self._abr[vl] + min(self._capacity, CREDIT_WINDOW)) & CREDIT_MASK
            told = self._told[vl]
            grown = 0 if told is None else (limit - told) & CREDIT_MASK
            if told is None or grown >= self._capacity // 4 or self.cycle - self._told_at[vl] >= self._refresh:
                self._told[vl], self._told_at[vl] = limit, self.cycle
                body = self._fctbs[vl].to_bytes(2, "big") + (vl << 12 | limit).to_bytes(2, "big")
                return body + vcrc(body).to_bytes(2, "little"), FLOW_CONTROL
        return None

    def _packet(self):
        for vl, queue in self._queues.items():
            if not queue:
                continue
            frame = queue[0] + vcrc(queue[0]).to_bytes(2, "little")
            blocks = self._blocks(frame)
            if vl < 15:
                if (self._limit[vl] - self._fctbs[vl] - blocks) & CREDIT_MASK > CREDIT_WINDOW:
                    continue
                self._fctbs[vl] = (self._fctbs[vl] + blocks) & CREDIT_MASK
            queue.popleft()
            if vl < 15:
                self._queues[vl] = self._queues.pop(vl)  # the lane goes behind the others
            self.counts["sent"] += 1
            return frame, DATA_PACKET
        return None

    def _blocks(self, frame):
        return -(-len(frame) // self._block)
