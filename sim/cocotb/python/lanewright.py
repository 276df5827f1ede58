# SPDX-License-Identifier: Apache-2.0
"""What cocotb-runner-cli tells a bench about the device that it runs.

    import lanewright

    device = lanewright.device()
    device.name, device.kind, device.datapath_bits, device.clock_period_ps
    device.derived["replayDepthBeats"]
    device.address("link", "CONTROL", port=1)
"""

import functools
import json
import os
from types import SimpleNamespace

_VARIABLE = "LANEWRIGHT_PARAMETERS"


class Device:
    """The parameters of a generated device; ``raw`` holds all of them as they came."""

    def __init__(self, raw):
        self.raw = raw
        self.kind = raw["kind"]
        self.name = raw["name"]
        self.top = raw["top"]
        self.folder = raw["folder"]
        self.simulator = raw["simulator"]
        self.toplevel = raw["toplevel"]
        self.clock_mhz = raw["clockMHz"]
        self.clock_period_ps = raw["clockPeriodPs"]
        self.datapath_bits = raw["datapathBits"]
        self.mtu_bytes = raw["mtuBytes"]
        self.rate_gbps = raw["rateGbps"]
        self.data_vls = raw["dataVls"]
        #: Numbers of the ports that have a wire.
        self.wires = raw["wires"]
        #: Every derived number by its name, as ``lanewright explain`` prints them.
        self.derived = raw["derived"]
        self.units = raw["units"]
        self.design = raw["design"]
        #: The design of a link: the device's own, or that of a port of a switch.
        self.link = raw["design"].get("port", raw["design"])

    def _block(self, block, port):
        registers = self.raw["registers"]
        found = registers["blocks"].get(block)
        if found is None:
            raise KeyError(f"{self.name} has no block {block} of registers: {', '.join(registers['blocks'])}")
        if "ports" not in found:
            return found, found["base"]
        first, last = found["ports"]
        if not first <= port <= last:
            raise KeyError(f"port {port} has no block {block}: ports {first} to {last} have")
        return found, found["base"] + registers["portStride"] * port

    def address(self, block, register, port=0, index=0):
        """Byte address of a register: blocks are link, and switch and ingress of a switch."""
        found, base = self._block(block, port)
        return base + found["registers"][register]["offset"] + 4 * index

    def counter(self, block, name, port=0):
        """Byte address of the low word of a counter; the high word is 4 bytes behind it."""
        found, base = self._block(block, port)
        return base + found["counters"][name]

    def field(self, block, register, name):
        """Lowest bit and mask of a field of a register."""
        found, _ = self._block(block, self.raw["registers"]["blocks"][block].get("ports", [0])[0])
        lsb, bits = found["registers"][register]["fields"][name]
        return SimpleNamespace(lsb=lsb, bits=bits, mask=((1 << bits) - 1) << lsb)


@functools.lru_cache(maxsize=1)
def device():
    """The device of this run."""
    path = os.environ.get(_VARIABLE)
    if path is None:
        raise RuntimeError(f"{_VARIABLE} is not set: run this bench with cocotb-runner-cli")
    with open(path, encoding="utf-8") as file:
        return Device(json.load(file))
