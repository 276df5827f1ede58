# SPDX-License-Identifier: Apache-2.0
"""A cable between two MIIs: delay, the rate of the wire, and wrong bits."""

import random
from collections import deque

import cocotb
from cocotb.triggers import RisingEdge

from .columns import IDLE_COLUMN


class Channel:
    """One direction, from the transmitter of ``source`` to the receiver of ``sink``: prefixes such as ``a_mii_``."""

    def __init__(self, dut, source, sink, share=1.0, delay=4, wrong_bits=0.0, seed=1):
        self.data, self.flags = getattr(dut, source + "txd"), getattr(dut, source + "txc")
        self.ready = getattr(dut, source + "tx_ready")
        self.out_data, self.out_flags = getattr(dut, sink + "rxd"), getattr(dut, sink + "rxc")
        self.valid, self.link_up = getattr(dut, sink + "rx_valid"), getattr(dut, sink + "link_up")
        self.bits = len(self.data)
        #: Probability that a beat is struck: one bit of it is wrong.
        self.wrong_bits = wrong_bits
        self.struck = 0
        self._share, self._budget = share, 1.0
        self._line = deque([None] * delay)
        self._taken = False
        self._random = random.Random(seed)
        idle = int.from_bytes(IDLE_COLUMN * (self.bits // 64), "little")
        for signal, value in ((self.ready, 0), (self.valid, 0), (self.link_up, 0), (self.out_data, idle),
                              (self.out_flags, (1 << self.bits // 8) - 1)):
            signal.setimmediatevalue(value)

    def sample(self):
        """At the edge: takes the beat that was ready."""
        beat = (self.data.value.integer, self.flags.value.integer) if self._taken else None
        if beat is not None and self.wrong_bits and self._random.random() < self.wrong_bits:
            self.struck += 1
            beat = (beat[0] ^ 1 << self._random.randrange(self.bits), beat[1])
        self._line.append(beat)

    def drive(self):
        """Behind the edge: what arrives, and whether the wire takes a beat."""
        beat = self._line.popleft()
        self._budget += self._share
        self._taken = self._budget >= 1.0
        self._budget -= self._taken
        self.ready.value = self._taken
        self.valid.value = beat is not None
        if beat is not None:
            self.out_data.value, self.out_flags.value = beat


class Cable:
    """Two channels, with the rate of the device's wire and the length that its description says."""

    def __init__(self, dut, device, first="a_mii_", second="b_mii_", wrong_bits=0.0, seed=1):
        share = min(1.0, device.rate_gbps * 1000 / (device.datapath_bits * device.clock_mhz))
        delay = 1 + round(device.derived["cableNs"] * device.clock_mhz / 1000)
        self.ways = [
            Channel(dut, first, second, share, delay, wrong_bits, seed),
            Channel(dut, second, first, share, delay, wrong_bits, seed + 1),
        ]
        self._clk, self._rst = dut.clk, dut.rst
        cocotb.start_soon(self._run())

    async def _run(self):
        edge = RisingEdge(self._clk)
        while self._rst.value != 0:
            await edge
        for way in self.ways:
            way.link_up.value = 1
        while True:
            await edge
            for way in self.ways:
                way.sample()
            for way in self.ways:
                way.drive()
