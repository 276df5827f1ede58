import type { AnyDesign, SwitchDesign } from "../design/switch.ts";
import { congestionRegisters } from "./congestion-registers.ts";
import { ethRegisters } from "./eth-registers.ts";
import { ingressRegisters } from "./ingress-registers.ts";
import { nicRegisters } from "./nic-registers.ts";
import { blockAddressBits, type DeviceRegisters } from "./register-model.ts";
import { linkRegisters } from "./registers.ts";
import { switchRegisters } from "./switch-registers.ts";

/** Bytes of the window of a port of a switch: a block for its link (port 0: the switch itself), one for its ingress. */
export const portWindowBytes = 2 * 2 ** blockAddressBits;

/** Bits of a byte address of an adapter: pages for its link port and for itself, and room for more. */
const nicAddressBits = 16;

/** Pages of 4 KiB that a switch's registers take: two for each port, port 0 included. */
export function registerPages(design: SwitchDesign): number {
  return 2 * (design.ports + 1);
}

/** Everything that software sees of a device: where which block of registers stands. */
export function deviceRegisters(design: AnyDesign): DeviceRegisters {
  if (design.kind === "link") {
    const map = linkRegisters(design);
    return { addressBits: map.addressBits, portStride: 0, blocks: [{ map, base: 0 }] };
  }
  if (design.kind === "nic") {
    const own = { map: nicRegisters(design), base: 2 ** blockAddressBits };
    return {
      addressBits: nicAddressBits,
      portStride: 0,
      blocks: [
        { map: design.ethernet === null ? linkRegisters(design.port) : ethRegisters(design), base: 0 },
        own,
        ...(design.congestion === "dcqcn"
          ? [{ map: congestionRegisters(design), base: 2 * 2 ** blockAddressBits }]
          : []),
      ],
    };
  }
  const last = design.ports;
  return {
    addressBits: blockAddressBits + Math.ceil(Math.log2(registerPages(design))),
    portStride: portWindowBytes,
    blocks: [
      { map: switchRegisters(design), base: 0 },
      { map: linkRegisters(design.port), base: 0, ports: { first: 1, last } },
      { map: ingressRegisters(design), base: portWindowBytes / 2, ports: { first: 0, last } },
    ],
  };
}
