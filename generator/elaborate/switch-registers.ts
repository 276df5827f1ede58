import { type SwitchDesign, schedulerKinds } from "../design/switch.ts";
import { bitmap, codes, constant, event, one, pulse, setting, state } from "./register-fields.ts";
import { blockAddressBits, type Field, type RegisterGroup, type RegisterMap } from "./register-model.ts";

/** Tables by their number in TABLE_ADDRESS. */
const tableNames = codes("UNICAST", "MULTICAST", "SL_TO_VL", "P_KEY");

const rowText = [
  "Row; goes up by one with each write of TABLE_DATA",
  "UNICAST: DLID; MULTICAST: 8 * (DLID - 0xC000) + group of 32 ports",
  "SL_TO_VL: 16 * output port + SL; P_KEY: entry",
  "bit 19 with READ: what was written since the last swap",
].join("; ");

type EventRow = readonly [name: string, signal: string, text: string];

/** What raises the interrupt, bit 0 first. */
const events: readonly EventRow[] = [
  ["PORT_STATE", "port_state", "A port went from one state to another"],
  [
    "PACKET_DROPPED",
    "packet_dropped",
    "An ingress dropped a packet: no way, no lane, no key, or back to where it came from",
  ],
  ["LIFETIME_DROP", "lifetime_drop", "An ingress dropped a packet that had waited for too long"],
];

/** The same where memories have an error-correcting code and tables have parity. */
const memoryEvents: readonly EventRow[] = [
  ["TABLE_PARITY", "table_parity", "A row of a table was read with bad parity"],
  ["MEMORY_CORRECTED", "memory_corrected", "A word of a memory had one wrong bit, which was put right"],
  ["MEMORY_UNCORRECTABLE", "memory_uncorrectable", "A word of a memory had two wrong bits"],
];

/** The register map of what a switch has once: who it is, tables, interrupts. */
export function switchRegisters(design: SwitchDesign): RegisterMap {
  return {
    id: "switch",
    title: "the switch",
    addressBits: blockAddressBits,
    groups: [device(design), forwarding(design), tables(design), interrupt(design), ports(design)],
    interrupt: { signal: "irq", status: "INTERRUPT_STATUS", enable: "INTERRUPT_ENABLE" },
    counterBase: 0,
    counterBits: design.port.derived.counterBits.value,
    counters: [],
  };
}

function device(design: SwitchDesign): RegisterGroup {
  const { unicastEntries, multicastEntries, partitionKeys } = design.tables;
  const kind = {
    ...constant("SCHEDULER", 12, 4, schedulerKinds.indexOf(design.scheduler.kind), "Scheduler"),
  };
  return {
    id: "device",
    title: "What this device is",
    registers: [
      one("ID", 0x000, "The letters LWS1: this is a switch", [
        constant("MAGIC", 0, 32, 0x4c575331, "The letters LWS1: this is a switch"),
      ]),
      one("GEOMETRY", 0x004, "What the switch was generated with", [
        constant("PORTS", 0, 8, design.ports, "External ports, numbered from 1"),
        constant("DATA_VLS", 8, 4, design.port.virtualLanes.data, "Data lanes beside VL15"),
        { ...kind, codes: codes(...schedulerKinds.map((name) => name.toUpperCase())) },
        constant("ITERATIONS", 16, 3, design.scheduler.iterations, "Rounds of the scheduler in a cycle"),
        constant(
          "CROSSBAR_STAGES",
          20,
          2,
          design.derived.crossbarStages.value,
          "Register stages of the crossbar",
        ),
        constant("COLUMNS", 24, 6, design.datapathBits / 64, "Columns of 8 bytes in a beat"),
        constant(
          "SECDED",
          31,
          1,
          Number(design.memoryProtection === "secded"),
          "1: memories have an error-correcting code, tables have parity",
        ),
      ]),
      one("TABLE_SIZES", 0x008, "Sizes of the forwarding tables", [
        constant("UNICAST_ROWS", 0, 16, unicastEntries, "Rows of the unicast table: DLIDs from 0 on"),
        constant(
          "MULTICAST_ROWS",
          16,
          15,
          multicastEntries,
          "Rows of the multicast table: DLIDs from 0xC000 on",
        ),
      ]),
      one("P_KEYS", 0x00c, "Size of the P_Key tables", [
        constant("ENTRIES", 0, 6, partitionKeys, "Entries of each port's P_Key table"),
      ]),
    ],
  };
}

function forwarding(design: SwitchDesign): RegisterGroup {
  return {
    id: "forwarding",
    title: "Forwarding",
    registers: [
      one("OWN_LID", 0x010, "LID of the switch's management port; 0: none yet", [
        setting("LID", 0, 16, "cfg_own_lid", 0, "Packets to this LID go to port 0; 0: none"),
      ]),
      one("LFT_TOP", 0x014, "LinearFDBTop: highest DLID that the unicast table is asked for", [
        setting(
          "LID",
          0,
          16,
          "cfg_lft_top",
          design.tables.unicastEntries - 1,
          "Packets to a unicast DLID above this are dropped; at most rows - 1",
        ),
      ]),
    ],
  };
}

function tables(design: SwitchDesign): RegisterGroup {
  const portBits = design.derived.portBits.value;
  const secded = design.memoryProtection === "secded";
  const data: Field = {
    ...setting("VALUE", 0, 32, "table_data", 0, "Write: a row of the table; read: the row that READ fetched"),
    strobe: "table_write",
    readBack: { signal: "table_read_data", pulse: "table_read_done" },
  };
  const corrupt: Field = {
    ...state("CORRUPT", 2, 1, "table_corrupt", "1: the next row written gets bad parity"),
    flag: { set: "corrupt_next_reg", clear: "table_write" },
  };
  const corruptNext: Field = {
    ...pulse("CORRUPT_NEXT", 3, "corrupt_next", "The next row written gets bad parity, for a test"),
    internal: true,
  };
  return {
    id: "tables",
    title: "Access to the tables",
    registers: [
      one("TABLE_ADDRESS", 0x020, "What TABLE_DATA and READ are about", [
        {
          ...setting("ADDRESS", 0, 20, "table_address", 0, rowText),
          increment: "table_write",
        },
        setting(
          "PORT",
          20,
          portBits,
          "table_port",
          0,
          "Port whose table it is (SL_TO_VL, P_KEY), or that is read",
        ),
        { ...setting("TABLE", 28, 2, "table_select", 0, "Table"), codes: tableNames },
      ]),
      one("TABLE_DATA", 0x024, "A write stores a row and goes on to the next one", [data]),
      one("TABLE_COMMAND", 0x028, "Commands to the tables", [
        pulse("SWAP_UNICAST", 0, "table_swap_lft", "What was written of the unicast table comes into force"),
        pulse(
          "SWAP_MULTICAST",
          1,
          "table_swap_mft",
          "What was written of the multicast table comes into force",
        ),
        pulse("READ", 2, "table_read", "Fetches the row at TABLE_ADDRESS for TABLE_DATA"),
        ...(secded ? [corruptNext] : []),
      ]),
      one("TABLE_STATUS", 0x02c, "State of the tables", [
        state("READY", 0, 1, "table_ready", "1: the tables hold their reset contents or what was written"),
        {
          name: "READ_PENDING",
          lsb: 1,
          bits: 1,
          access: "ro",
          reset: [0],
          signal: "table_read_pending",
          internal: true,
          flag: { set: "table_read", clear: "table_read_done" },
          text: "1: a READ has not brought its row yet",
        },
        ...(secded ? [corrupt] : []),
      ]),
    ],
  };
}

function interrupt(design: SwitchDesign): RegisterGroup {
  const interrupts = [...events, ...(design.memoryProtection === "secded" ? memoryEvents : [])];
  return {
    id: "interrupt",
    title: "Interrupt",
    registers: [
      one(
        "INTERRUPT_STATUS",
        0x040,
        "What has happened since it was cleared",
        interrupts.map(([name, signal, text], bit) => event(name, bit, `set_${signal}`, text)),
      ),
      one(
        "INTERRUPT_ENABLE",
        0x044,
        "What raises `irq`",
        interrupts.map(([name, signal], bit) => ({
          ...setting(
            name,
            bit,
            1,
            `enable_${signal}`,
            0,
            "1: raises `irq` while the bit of INTERRUPT_STATUS is 1",
          ),
          internal: true,
        })),
      ),
    ],
  };
}

function ports(design: SwitchDesign): RegisterGroup {
  const bits = design.ports + 1;
  const active = state("PORTS", 0, 1, "sts_port_active", "Bit p of all: port p is Active");
  const raised = event("PORTS", 0, "set_port_event", "Bit p of all: port p has raised something");
  return {
    id: "ports",
    title: "Ports",
    registers: [
      bitmap("PORT_ACTIVE", 0x080, bits, "Ports that are Active, 32 a register, port 0 first", active),
      bitmap(
        "PORT_EVENT",
        0x0a0,
        bits,
        "Ports that an interrupt came from, 32 a register, port 0 first",
        raised,
      ),
    ],
  };
}
