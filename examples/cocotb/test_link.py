# SPDX-License-Identifier: Apache-2.0
"""A link port, or each wire of a switch, against a link partner in Python.

    npx cocotb-runner-cli --device examples/link-25g.ts --module test_link
    npx cocotb-runner-cli --device examples/leaf4.ts --module test_link

The packet side is the AXI4-Stream of port 0: of a link its client, of a switch its management port.
"""

import itertools
import random

import cocotb
from cocotb.triggers import ClockCycles

from wirebench.bench import Bench
from wirebench.packet import SMALLEST_PAYLOAD, Scoreboard

OWN_LID = 9
PATIENCE = 30_000


class LinkBench:
    """Traffic both ways between the stream of port 0 (place 0) and each wire (its port number; of a link place 1)."""

    def __init__(self, dut):
        self.random = random.Random(cocotb.RANDOM_SEED)
        self.board = Scoreboard(cocotb.RANDOM_SEED)
        self.bench = Bench(dut, self._from_wire, seed=self.random.randrange(1000))
        self.switch = self.bench.device.kind == "switch"
        self.partners = self.bench.partners

    async def start(self):
        await self.bench.start()
        if self.switch:
            await self.bench.write("switch", "OWN_LID", OWN_LID)

    def place(self, port):
        return port if self.switch else 1

    def _from_wire(self, port, packet, error):
        self.board.receive(self.place(port), packet, error)

    def _size(self, limit=600):
        return self.random.randrange(SMALLEST_PAYLOAD, min(limit, self.bench.device.mtu_bytes))

    def send(self, port, count):
        """This many packets from port 0 to the wire, and as many back."""
        for index in range(count):
            vl = index % self.bench.device.data_vls
            out = self.board.packet(0, self.place(port), vl, self._size())
            self.bench.offer(out, vl, port if self.switch else None)
            self.partners[port].send(self.board.packet(self.place(port), 0, vl, self._size(), dlid=OWN_LID))

    async def finish(self):
        """Until everything has come and is acknowledged; then the verdict."""

        def done():
            for packet, vl, error, _port in self.bench.taken():
                assert error or packet[0] >> 4 == vl, "the lane of the stream is not that of the packet"
                self.board.receive(0, packet, error)
            # A dropped packet is among the problems; whoever waits for it waits in vain.
            return self.board.problems or (
                self.board.missing == 0 and all(partner.quiet for partner in self.partners.values())
            )

        await self.bench.until(done, PATIENCE, "not all packets came")
        self.board.check()


@cocotb.test()
async def session(dut):
    """The handshake comes about, and the ports become Active."""
    link = LinkBench(dut)
    await link.start()
    for partner in link.partners.values():
        assert partner.ready


@cocotb.test()
async def delivery(dut):
    """Packets of all lanes and many sizes, with pauses on both streams."""
    link = LinkBench(dut)
    await link.start()
    link.bench.source.set_pause_generator(itertools.cycle([0, 0, 0, 1]))
    link.bench.sink.set_pause_generator(itertools.cycle([0, 1, 0, 0, 1]))
    for port in link.partners:
        link.send(port, 12)
    await link.finish()
    for partner in link.partners.values():
        again = [partner.counts[name] for name in ("replays", "replays asked", "duplicates")]
        assert again == [0, 0, 0], f"nothing was damaged, and yet something was sent again: {partner.counts}"


@cocotb.test()
async def retry(dut):
    """Frames that are damaged on the way, in both directions: they are asked for and come again, once and in order."""
    link = LinkBench(dut)
    await link.start()
    for port, partner in link.partners.items():
        partner.damage_next = 1
        partner.ignore_next = 1
        link.send(port, 8)
    await link.finish()
    for partner in link.partners.values():
        assert partner.damage_next == 0 and partner.ignore_next == 0
        if link.bench.device.link["retry"] != "none":
            assert partner.counts["replays"] >= 1 and partner.counts["replays asked"] >= 1, partner.counts


@cocotb.test()
async def counters(dut):
    """The registers tell what happened."""
    link = LinkBench(dut)
    await link.start()
    for port in link.partners:
        link.send(port, 5)
    await link.finish()
    await ClockCycles(dut.clk, 200)
    for port, partner in link.partners.items():
        sent = await link.bench.counter("link", "PORT_XMIT_PKTS", port)
        received = await link.bench.counter("link", "PORT_RCV_PKTS", port)
        assert (sent, received) == (5, 5), f"port {port}: {sent} sent and {received} received by its counters"
        assert (partner.counts["received"], partner.counts["sent"]) == (5, 5)
