import type { Problem } from "../description/index.ts";
import type { NicDesign } from "../design/nic.ts";
import { nextPow2 } from "../elaborate/formula-functions.ts";
import { round } from "./rate.ts";

/** Time from a read of host memory to its data that reads on their way should cover, ns. */
const hostReadNs = 500;

/** Rules between the values of an adapter, those of its port left out. */
export function checkNic(design: NicDesign): readonly Problem[] {
  return [
    ...checkHostWidth(design),
    ...checkHostReads(design),
    ...checkRequests(design),
    ...checkEthernetMtu(design),
    ...checkDatagrams(design),
    ...checkPush(design),
  ];
}

function checkHostWidth({ host, port, clockMHz }: NicDesign): readonly Problem[] {
  const gbps = (host.dataBits * clockMHz) / 1000;
  if (gbps >= port.rateGbps) return [];
  const needed = 2 ** Math.ceil(Math.log2((port.rateGbps * 1000) / clockMHz));
  return [
    {
      code: "LW_NIC_HOST_WIDTH",
      severity: "warning",
      message: `host memory of ${host.dataBits} bits at ${clockMHz} MHz carries ${round(gbps)} Gb/s each way, less than the port`,
      value: `${round(gbps)} Gb/s`,
      limit: `${port.rateGbps} Gb/s`,
      remedy: `set host.dataBits to ${needed}, take it out, or accept the lower rate`,
      path: ["host", "dataBits"],
      uses: ["host", "clockMHz", "port"],
    },
  ];
}

function checkHostReads(design: NicDesign): readonly Problem[] {
  const { datapathBits, host, port, derived } = design;
  const burstBytes = (derived.readBurstBeats.value * datapathBits) / 8;
  const needed = Math.min(64, nextPow2((hostReadNs * port.rateGbps) / 8 / burstBytes));
  if (host.outstandingReads >= needed) return [];
  const gbps = (host.outstandingReads * burstBytes * 8) / hostReadNs;
  return [
    {
      code: "LW_NIC_SLOW_READS",
      severity: "warning",
      message: `${host.outstandingReads} reads of ${burstBytes} bytes on their way carry ${round(gbps)} Gb/s, when host memory takes ${hostReadNs} ns to answer`,
      value: `${host.outstandingReads} reads`,
      limit: `${needed} reads for ${port.rateGbps} Gb/s`,
      remedy: `set host.outstandingReads to ${needed}, or accept it where host memory is quicker`,
      path: ["host", "outstandingReads"],
      uses: ["host", "port", "datapathBits"],
    },
  ];
}

function checkRequests(design: NicDesign): readonly Problem[] {
  const { value, computed } = design.derived.outstandingRequests;
  if (value >= computed) return [];
  return [
    {
      code: "LW_NIC_SLOW_REQUESTS",
      severity: "warning",
      message: "one queue pair cannot fill the wire with requests of a packet each",
      value: `${value} requests`,
      limit: `${computed} requests`,
      remedy: `take requester.outstandingRequests out (the formula gives ${computed}), or accept it`,
      path: ["requester", "outstandingRequests"],
      uses: ["requester", "port", "mtuBytes"],
    },
  ];
}

/** The largest path MTU whose packets a network takes. */
function largestMtu(ipMtuBytes: number, overhead: number): number {
  return [256, 512, 1024, 2048, 4096].filter((mtu) => mtu + overhead <= ipMtuBytes).at(-1) ?? 256;
}

function checkEthernetMtu({ ethernet, mtuBytes }: NicDesign): readonly Problem[] {
  if (ethernet === null || ethernet.derived.maxIpBytes.value <= ethernet.ipMtuBytes) return [];
  const longest = ethernet.derived.maxIpBytes.value;
  const fits = largestMtu(ethernet.ipMtuBytes, longest - mtuBytes);
  return [
    {
      code: "LW_NIC_ETHERNET_MTU",
      severity: "error",
      message: `a packet with ${mtuBytes} bytes of payload is an IP packet of up to ${longest} bytes, which the network does not take`,
      value: `mtuBytes: ${mtuBytes}, ethernet.ipMtuBytes: ${ethernet.ipMtuBytes}`,
      limit: `${ethernet.ipMtuBytes} bytes`,
      remedy: `set mtuBytes to ${fits}, or ethernet.ipMtuBytes to ${longest} where the network takes that`,
      path: ["mtuBytes"],
      uses: ["mtuBytes", "ethernet"],
    },
  ];
}

function checkPush({ requester, derived }: NicDesign): readonly Problem[] {
  const wqeBytes = derived.wqeBytes.value;
  if (requester.pushBytes <= wqeBytes) return [];
  return [
    {
      code: "LW_NIC_PUSH_BYTES",
      severity: "error",
      message: "more of a work request can be pushed than it has",
      value: `${requester.pushBytes} bytes`,
      limit: `${wqeBytes} bytes with requester.scatterGather: ${requester.scatterGather}`,
      remedy: `set requester.pushBytes to ${wqeBytes}, or requester.scatterGather to 6`,
      path: ["requester", "pushBytes"],
      uses: ["requester"],
    },
  ];
}

function checkDatagrams({ ethernet, datagrams }: NicDesign): readonly Problem[] {
  if (ethernet === null || datagrams === ethernet.addressHandles > 0) return [];
  const common = {
    code: "LW_NIC_DATAGRAMS",
    severity: "error",
    value: `ethernet.addressHandles: ${ethernet.addressHandles}`,
    path: ["ethernet", "addressHandles"],
    uses: ["datagrams", "ethernet"],
  } as const;
  return [
    datagrams
      ? {
          ...common,
          message: "UD queue pairs send to address handles on Ethernet, and there is none",
          limit: 'at least 2 with datagrams: "ud"',
          remedy: "take ethernet.addressHandles out (64 is the default with UD), or datagrams",
        }
      : {
          ...common,
          message: "address handles are for UD queue pairs, and there are none",
          limit: '0 without datagrams: "ud"',
          remedy: 'take ethernet.addressHandles out, or set datagrams to "ud"',
        },
  ];
}
