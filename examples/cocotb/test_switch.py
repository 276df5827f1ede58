# SPDX-License-Identifier: Apache-2.0
"""A switch with a link partner in Python at each port.

    npx cocotb-runner-cli --device examples/leaf4-small.json --module test_switch

LID p is at port p. Every packet must come out where the tables lead it, once, unchanged, and in the order of its
source, destination and lane.
"""

import random

import cocotb
from cocotb.triggers import ClockCycles

from wirebench.bench import Bench
from wirebench.packet import SMALLEST_PAYLOAD, Scoreboard

PATIENCE = 20_000
GROUP = 0xC001
UNICAST, MULTICAST = 0, 1


class SwitchBench:
    """The switch, its tables, and a scoreboard over all ports."""

    def __init__(self, dut):
        self.random = random.Random(cocotb.RANDOM_SEED)
        self.board = Scoreboard(cocotb.RANDOM_SEED)
        self.bench = Bench(dut, self.board.receive, seed=self.random.randrange(1000))
        self.device = self.bench.device
        self.partners = self.bench.partners

    async def start(self):
        assert self.device.kind == "switch", "this bench is for a switch"
        await self.bench.start()
        await self.rows(UNICAST, [(port, port) for port in self.partners])

    async def rows(self, table, rows):
        """Writes rows of a forwarding table, and has them come into force."""
        for row, value in rows:
            await self.bench.write("switch", "TABLE_ADDRESS", table << 28 | row)
            await self.bench.write("switch", "TABLE_DATA", value)
        swap = "SWAP_UNICAST" if table == UNICAST else "SWAP_MULTICAST"
        await self.bench.write("switch", "TABLE_COMMAND", self.device.field("switch", "TABLE_COMMAND", swap).mask)

    def send(self, source, destination, most=700):
        vl = self.random.randrange(self.device.data_vls)
        size = self.random.randrange(SMALLEST_PAYLOAD, min(most, self.device.mtu_bytes))
        packet = self.board.packet(source, destination, vl, size, dlid=destination, slid=source)
        self.partners[source].send(packet)

    async def finish(self):
        quiet = lambda: all(partner.quiet for partner in self.partners.values())  # noqa: E731
        await self.bench.until(
            lambda: self.board.problems or (self.board.missing == 0 and quiet()), PATIENCE, "not all packets came"
        )
        self.board.check()


@cocotb.test()
async def unicast(dut):
    """Everybody sends to everybody else."""
    switch = SwitchBench(dut)
    await switch.start()
    for _ in range(4):
        for source in switch.partners:
            for destination in switch.partners:
                if source != destination:
                    switch.send(source, destination)
    await switch.finish()


@cocotb.test()
async def incast(dut):
    """Everybody sends to one port, more than it takes: nothing is lost."""
    switch = SwitchBench(dut)
    await switch.start()
    target = max(switch.partners)
    for _ in range(12):
        for source in switch.partners:
            if source != target:
                switch.send(source, target)
    await switch.finish()


@cocotb.test()
async def damaged(dut):
    """Damaged frames at every port, both ways: replayed by the link, and passed on only once."""
    switch = SwitchBench(dut)
    await switch.start()
    for partner in switch.partners.values():
        partner.damage_next = 2
        partner.ignore_next = 1
    for _ in range(3):
        for source in switch.partners:
            for destination in switch.partners:
                if source != destination:
                    switch.send(source, destination)
    await switch.finish()
    for partner in switch.partners.values():
        assert partner.counts["replays"] >= 1 and partner.counts["replays asked"] >= 1, partner.counts


@cocotb.test()
async def moved(dut):
    """Two LIDs change places while nothing is under way: packets follow the new table."""
    switch = SwitchBench(dut)
    await switch.start()
    first, second = sorted(switch.partners)[:2]
    source = max(switch.partners)
    await switch.rows(UNICAST, [*((port, port) for port in switch.partners), (first, second), (second, first)])
    for lid, port in ((first, second), (second, first)):
        packet = switch.board.packet(source, port, 0, 100, dlid=lid, slid=source)
        switch.partners[source].send(packet)
    await switch.finish()


@cocotb.test()
async def multicast(dut):
    """A packet to a group reaches each member but the sender, and nobody else."""
    switch = SwitchBench(dut)
    await switch.start()
    members = sorted(switch.partners)[:3]
    await switch.rows(MULTICAST, [(8 * (GROUP - 0xC000), sum(1 << port for port in members))])
    came = []
    for port, partner in switch.partners.items():
        partner.on_packet = lambda packet, error, port=port: came.append((port, packet))
    source = members[0]
    packet = switch.board.packet(source, GROUP & 0xFFF, 0, 200, dlid=GROUP, slid=source)
    switch.partners[source].send(packet)
    await switch.bench.until(lambda: len(came) >= len(members) - 1, 4000, "not all copies came")
    await ClockCycles(dut.clk, 500)
    assert sorted(came) == [(port, packet) for port in members[1:]], [port for port, _ in came]
