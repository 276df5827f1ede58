# SPDX-License-Identifier: Apache-2.0
"""Two link ports under saturating load, cable in Python: cycles a second, as bench/cocotb.ts asks for them.

``usual``: cocotb's clock, rising edges, cocotbext-axi, as in examples/cocotb. ``tuned``: the clock is in Verilog, one
task at falling edges, integers all the way, values set at once.
"""

import time

import cocotb
from cocotb.triggers import ClockCycles, FallingEdge

import lanewright
from bench_common import finish, settings
from test_link_pair import OTHER, Pair
from wirebench.bench import ACTIVE
from wirebench.cable import Channel
from wirebench.packet import OVERHEAD, Scoreboard


@cocotb.test()
async def usual(dut):
    cycles, packet_bytes = settings()
    pair = Pair(dut)
    await pair.start()
    index = {"a": 0, "b": 0}

    async def feed():
        while True:
            for end, source in pair.sources.items():
                while source.count() < 3:
                    pair.send(end, packet_bytes - OVERHEAD, index[end] % pair.device.data_vls)
                    index[end] += 1
            pair.take()
            assert not pair.board.problems, pair.board.problems
            await ClockCycles(dut.clk, 16)

    cocotb.start_soon(feed())
    await ClockCycles(dut.clk, 200)
    begin, before = time.process_time(), pair.board.matched
    await ClockCycles(dut.clk, cycles)
    finish(cycles, time.process_time() - begin, pair.board.matched - before)


class Source:
    """A stream that always has a packet."""

    def __init__(self, dut, prefix, bytes_in_beat, next_packet):
        self.data, self.keep = getattr(dut, prefix + "tdata"), getattr(dut, prefix + "tkeep")
        self.user, self.last = getattr(dut, prefix + "tuser"), getattr(dut, prefix + "tlast")
        self.valid, self.ready = getattr(dut, prefix + "tvalid"), getattr(dut, prefix + "tready")
        self.bytes = bytes_in_beat
        self.next_packet = next_packet
        self.beats = []
        self.state = (None, None, None)

    def step(self):
        """Before the rising edge: ready is what the device will look at."""
        if not self.beats:
            packet, vl = self.next_packet()
            cuts = [packet[at:at + self.bytes] for at in range(0, len(packet), self.bytes)]
            self.beats = [
                (int.from_bytes(cut, "little"), (1 << len(cut)) - 1, vl, at == len(cuts) - 1)
                for at, cut in enumerate(cuts)
            ][::-1]
        data, *rest = self.beats[-1]
        self.data.setimmediatevalue(data)
        if rest != self.state:
            self.state = rest
            self.keep.setimmediatevalue(rest[0])
            self.user.setimmediatevalue(rest[1])
            self.last.setimmediatevalue(int(rest[2]))
        if self.ready.value.integer:
            self.beats.pop()


class Sink:
    """A stream that is always taken."""

    def __init__(self, dut, prefix, bytes_in_beat, on_packet):
        self.data, self.keep = getattr(dut, prefix + "tdata"), getattr(dut, prefix + "tkeep")
        self.last, self.valid = getattr(dut, prefix + "tlast"), getattr(dut, prefix + "tvalid")
        self.user = getattr(dut, prefix + "tuser")
        self.bytes = bytes_in_beat
        self.on_packet = on_packet
        self.parts = []
        getattr(dut, prefix + "tready").setimmediatevalue(1)

    def step(self):
        if not self.valid.value.integer:
            return
        raw = self.data.value.integer.to_bytes(self.bytes, "little")
        if not self.last.value.integer:
            self.parts.append(raw)
            return
        self.parts.append(raw[:self.keep.value.integer.bit_length()])
        packet, self.parts = b"".join(self.parts), []
        self.on_packet(packet, bool(self.user.value.integer >> 4))


class TunedChannel(Channel):
    """The channel of the examples in one step at the falling edge."""

    def step(self):
        beat = self._line.popleft()
        self._budget += self._share
        taken = self._budget >= 1.0
        self._budget -= taken
        if taken != self._taken:
            self._taken = taken
            self.ready.setimmediatevalue(int(taken))
        self._line.append((self.data.value.integer, self.flags.value.integer) if taken else None)
        self.valid.setimmediatevalue(int(beat is not None))
        if beat is not None:
            self.out_data.setimmediatevalue(beat[0])
            self.out_flags.setimmediatevalue(beat[1])


@cocotb.test()
async def tuned(dut):
    cycles, packet_bytes = settings()
    device = lanewright.device()
    board = Scoreboard()
    share = min(1.0, device.rate_gbps * 1000 / (device.datapath_bits * device.clock_mhz))
    delay = 1 + round(device.derived["cableNs"] * device.clock_mhz / 1000)
    bytes_in_beat = device.datapath_bits // 8
    dut.rst.setimmediatevalue(1)
    steps, sources = [], []
    for first, second in OTHER.items():
        steps.append(TunedChannel(dut, f"{first}_mii_", f"{second}_mii_", share, delay).step)
    for end, other in OTHER.items():
        count = [0]

        def following(end=end, other=other, count=count):
            vl = count[0] % device.data_vls
            count[0] += 1
            return board.packet(Pair.PLACE[end], Pair.PLACE[other], vl, packet_bytes - OVERHEAD), vl

        def came(packet, error, end=end):
            board.receive(Pair.PLACE[end], packet, error)

        sources.append(Source(dut, f"{end}_tx_", bytes_in_beat, following))
        sources[-1].valid.setimmediatevalue(0)
        steps.append(Sink(dut, f"{end}_rx_", bytes_in_beat, came).step)
    edge = FallingEdge(dut.clk)
    for _ in range(10):
        await edge
    dut.rst.setimmediatevalue(0)
    for end in OTHER:
        getattr(dut, f"{end}_mii_link_up").setimmediatevalue(1)
    for cycle in range(20_000):
        await edge
        for step in steps:
            step()
        if dut.a_port_state.value.integer == dut.b_port_state.value.integer == ACTIVE:
            break
    else:
        raise AssertionError("the ports did not become Active")
    for source in sources:
        source.valid.setimmediatevalue(1)
        steps.append(source.step)
    begin = before = 0
    for cycle in range(200 + cycles):
        if cycle == 200:
            begin, before = time.process_time(), board.matched
        for step in steps:
            step()
        await edge
    seconds = time.process_time() - begin
    assert not board.problems, board.problems
    finish(cycles, seconds, board.matched - before)
