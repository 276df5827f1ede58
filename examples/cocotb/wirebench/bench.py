# SPDX-License-Identifier: Apache-2.0
"""A device with its clock, its registers, its packet streams, and a partner on each wire."""

import logging

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

import lanewright

from .partner import LinkPartner

ACTIVE = 4
ERROR_BIT = 4


def quiet(model):
    """A bus model that says nothing about each transfer."""
    model.log.setLevel(logging.WARNING)
    return model


def last(values):
    """The value with the last byte of a frame, which has one for each byte where they differ."""
    return values[-1] if isinstance(values, list) else values


class Bench:
    """Brings up a device of either kind; ``on_packet(port, packet, error)`` sees what comes out of the wires."""

    def __init__(self, dut, on_packet=None, seed=1):
        self.dut = dut
        self.device = lanewright.device()
        logging.getLogger(f"cocotb.{dut._name}").setLevel(logging.WARNING)
        dut.rst.setimmediatevalue(1)
        cocotb.start_soon(Clock(dut.clk, self.device.clock_period_ps, units="ps").start())
        self.registers = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst)
        self.source = AxiStreamSource(AxiStreamBus.from_prefix(dut, "p0_tx"), dut.clk, dut.rst)
        self.sink = AxiStreamSink(AxiStreamBus.from_prefix(dut, "p0_rx"), dut.clk, dut.rst)
        for model in (self.source, self.sink, self.registers.write_if, self.registers.read_if):
            quiet(model)
        if self.device.kind == "link":
            dut.p0_rx_vl_enable.setimmediatevalue(0xFFFF)
        notify = on_packet or (lambda port, packet, error: None)
        self.partners = {
            port: LinkPartner(
                dut, port, self.device, lambda packet, error, port=port: notify(port, packet, error), seed=seed
            )
            for port in self.device.wires
        }

    async def start(self, patience=15_000):
        """Reset, tables, sessions: until every port is Active."""
        await ClockCycles(self.dut.clk, 10)
        self.dut.rst.value = 0
        await self.until(
            lambda: all(self.partners[port].ready and self.port_state(port) == ACTIVE for port in self.partners),
            patience,
            "the ports did not become Active",
        )

    async def until(self, condition, cycles, complaint):
        """Waits for something, and fails when it does not come."""
        for _ in range(0, cycles, 50):
            if condition():
                return
            await ClockCycles(self.dut.clk, 50)
        assert condition(), f"{complaint} within {cycles} cycles"

    def port_state(self, port):
        """1 Down, 2 Initialize, 3 Armed, 4 Active, 5 ActDefer."""
        value = getattr(self.dut, f"p{port}_port_state").value
        return value.integer if value.is_resolvable else 0

    async def read(self, block, register, port=0):
        """Reads a register by its name."""
        return await self.registers.read_dword(self.device.address(block, register, port))

    async def write(self, block, register, value, port=0):
        """Writes a register by its name."""
        await self.registers.write_dword(self.device.address(block, register, port), value)

    async def counter(self, block, name, port=0):
        """Low word of a counter."""
        return await self.registers.read_dword(self.device.counter(block, name, port))

    def offer(self, packet, vl, destination=None):
        """Sends a packet into the stream of port 0; of a switch: to this port, whatever its LID is."""
        more = {} if destination is None else {"tdest": destination}
        self.source.send_nowait(AxiStreamFrame(tdata=packet, tuser=vl, **more))

    def taken(self):
        """Packets that came out of the stream of port 0: bytes, lane, error mark, and of a switch the port they came from."""
        while not self.sink.empty():
            frame = self.sink.recv_nowait()
            user = last(frame.tuser)
            port = last(frame.tid) if self.device.kind == "switch" else 0
            yield bytes(frame.tdata), user & 15, bool(user >> ERROR_BIT), port
