# SPDX-License-Identifier: Apache-2.0
"""Imported before the benches: makes the ports of the top module those that the model reads.

Verilator 5.006 has two variables for a port of the top module, the port itself and its copy inside of the module. It gives
the first to who asks by name, the second to who lists what there is, and a write to the copy is lost. cocotb takes
whichever comes first for both, and bus models list. So everything is asked for by name here, before anybody lists.
"""

import cocotb
import lanewright

for _port in lanewright.device().raw["ports"]:
    getattr(cocotb.top, _port)
