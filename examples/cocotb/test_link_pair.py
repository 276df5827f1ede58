# SPDX-License-Identifier: Apache-2.0
"""Two ports of a link with a cable in Python between them.

    npx cocotb-runner-cli --device examples/link-25g.ts --module test_link_pair \\
      --source examples/cocotb/link_pair.v --top link_pair
"""

import logging
import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

import lanewright
from wirebench.bench import ACTIVE, last, quiet
from wirebench.cable import Cable
from wirebench.packet import SMALLEST_PAYLOAD, Scoreboard

PATIENCE = 100_000
OTHER = {"a": "b", "b": "a"}


class Pair:
    """Streams at both ends, one cable, one scoreboard; the places are 1 (a) and 2 (b)."""

    PLACE = {"a": 1, "b": 2}

    def __init__(self, dut, wrong_bits=0.0):
        self.dut = dut
        self.device = lanewright.device()
        self.random = random.Random(cocotb.RANDOM_SEED)
        self.board = Scoreboard(cocotb.RANDOM_SEED)
        logging.getLogger(f"cocotb.{dut._name}").setLevel(logging.WARNING)
        dut.rst.setimmediatevalue(1)
        cocotb.start_soon(Clock(dut.clk, self.device.clock_period_ps, units="ps").start())
        self.cable = Cable(dut, self.device, wrong_bits=wrong_bits, seed=self.random.randrange(1000))
        stream = lambda model, end, way: quiet(  # noqa: E731
            model(AxiStreamBus.from_prefix(dut, f"{end}_{way}"), dut.clk, dut.rst)
        )
        self.sources = {end: stream(AxiStreamSource, end, "tx") for end in "ab"}
        self.sinks = {end: stream(AxiStreamSink, end, "rx") for end in "ab"}

    async def start(self):
        await ClockCycles(self.dut.clk, 10)
        self.dut.rst.value = 0
        states = (self.dut.a_port_state, self.dut.b_port_state)
        await self.until(lambda: all(state.value == ACTIVE for state in states), "the ports did not become Active")

    async def until(self, condition, complaint, cycles=PATIENCE):
        for _ in range(0, cycles, 50):
            if condition():
                return
            await ClockCycles(self.dut.clk, 50)
        assert condition(), f"{complaint} within {cycles} cycles"

    def send(self, end, payload_bytes, vl):
        packet = self.board.packet(self.PLACE[end], self.PLACE[OTHER[end]], vl, payload_bytes)
        self.sources[end].send_nowait(AxiStreamFrame(tdata=packet, tuser=vl))

    def take(self):
        for end, sink in self.sinks.items():
            while not sink.empty():
                frame = sink.recv_nowait()
                self.board.receive(self.PLACE[end], frame.tdata, bool(last(frame.tuser) >> 4))
        return self.board.problems or self.board.missing == 0


async def exchange(pair, packets):
    """Packets of random sizes both ways, each expected once, in order and unchanged."""
    await pair.start()
    for index in range(packets):
        for end in "ab":
            size = pair.random.randrange(SMALLEST_PAYLOAD, min(600, pair.device.mtu_bytes))
            pair.send(end, size, index % pair.device.data_vls)
    await pair.until(pair.take, "not all packets came")
    pair.board.check()


@cocotb.test()
async def good_cable(dut):
    """Over a cable without errors."""
    await exchange(Pair(dut), 15)


@cocotb.test()
async def bad_cable(dut):
    """One beat in 250 has a wrong bit: retransmission hides it."""
    pair = Pair(dut, wrong_bits=0.004)
    await exchange(pair, 25)
    assert all(way.struck > 0 for way in pair.cable.ways), "no beat was struck: the test shows nothing"
