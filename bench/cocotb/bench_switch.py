# SPDX-License-Identifier: Apache-2.0
"""A switch with a link partner in Python at each port, all of them sending to all others at full rate.

``usual``: as in examples/cocotb. ``tuned``: the clock is in Verilog, one task at falling edges for all partners, values
set at once.
"""

import random
import time

import cocotb
from cocotb.triggers import ClockCycles, FallingEdge
from cocotbext.axi import AxiLiteBus, AxiLiteMaster

import lanewright
from bench_common import finish, settings
from test_switch import UNICAST, SwitchBench
from wirebench.bench import ACTIVE, quiet
from wirebench.packet import OVERHEAD, Scoreboard
from wirebench.partner import LinkPartner

WAITING = 4


class Load:
    """Keeps packets waiting at every partner."""

    def __init__(self, partners, board, vls, packet_bytes):
        self.partners, self.board, self.vls = partners, board, vls
        self.payload = packet_bytes - OVERHEAD
        self.random = random.Random(1)

    def fill(self):
        for source, partner in self.partners.items():
            while partner.waiting < WAITING:
                destination = self.random.choice([port for port in self.partners if port != source])
                vl = self.random.randrange(self.vls)
                partner.send(
                    self.board.packet(source, destination, vl, self.payload, dlid=destination, slid=source)
                )
        assert not self.board.problems, self.board.problems


@cocotb.test()
async def usual(dut):
    cycles, packet_bytes = settings()
    switch = SwitchBench(dut)
    await switch.start()
    load = Load(switch.partners, switch.board, switch.device.data_vls, packet_bytes)

    async def feed():
        while True:
            load.fill()
            await ClockCycles(dut.clk, 8)

    cocotb.start_soon(feed())
    await ClockCycles(dut.clk, 200)
    begin, before = time.process_time(), switch.board.matched
    await ClockCycles(dut.clk, cycles)
    finish(cycles, time.process_time() - begin, switch.board.matched - before)


class TunedPartner(LinkPartner):
    """The partner of the examples in one step at the falling edge."""

    _budget = 0.0
    _valid = None

    async def _run(self):
        self._link_up.setimmediatevalue(1)

    def step(self):
        self.cycle += 1
        self._budget += self._share
        taken = self._budget >= 1.0
        self._budget -= taken
        if taken != self._valid:
            self._valid = taken
            self._tx_ready.setimmediatevalue(int(taken))
            self._rx_valid.setimmediatevalue(int(taken))
        if taken:
            self._decoder.beat(self._txd.value.integer, self._txc.value.integer)
            data, flags = self._next_beat()
            self._rxd.setimmediatevalue(data)
            self._rxc.setimmediatevalue(flags)


@cocotb.test()
async def tuned(dut):
    cycles, packet_bytes = settings()
    device = lanewright.device()
    board = Scoreboard()
    dut.rst.setimmediatevalue(1)
    dut.p0_tx_tvalid.setimmediatevalue(0)
    dut.p0_rx_tready.setimmediatevalue(1)
    registers = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst)
    for interface in (registers.write_if, registers.read_if):
        quiet(interface)
    partners = {}
    edge = FallingEdge(dut.clk)
    for _ in range(10):
        await edge
    for port in device.wires:
        partners[port] = TunedPartner(
            dut, port, device, lambda packet, error, port=port: board.receive(port, packet, error)
        )
    dut.rst.setimmediatevalue(0)
    await edge

    async def clock_in(count, load=None):
        for cycle in range(count):
            if load is not None and cycle % 8 == 0:
                load.fill()
            for partner in partners.values():
                partner.step()
            await edge

    states = [getattr(dut, f"p{port}_port_state") for port in device.wires]
    for _ in range(200):
        await clock_in(100)
        if all(state.value.integer == ACTIVE for state in states):
            break
    else:
        raise AssertionError("the ports did not become Active")
    tables = cocotb.start_soon(_lead(registers, device))
    while not tables.done():
        await clock_in(10)
    load = Load(partners, board, device.data_vls, packet_bytes)
    await clock_in(200, load)
    begin, before = time.process_time(), board.matched
    await clock_in(cycles, load)
    finish(cycles, time.process_time() - begin, board.matched - before)


async def _lead(registers, device):
    """LID p leads to port p."""
    for port in device.wires:
        await registers.write_dword(device.address("switch", "TABLE_ADDRESS"), UNICAST << 28 | port)
        await registers.write_dword(device.address("switch", "TABLE_DATA"), port)
    swap = device.field("switch", "TABLE_COMMAND", "SWAP_UNICAST").mask
    await registers.write_dword(device.address("switch", "TABLE_COMMAND"), swap)
