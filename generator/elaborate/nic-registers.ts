import type { NicDesign } from "../design/nic.ts";
import { blockCounterBase, blockCounters, type CountedRow } from "./register-counters.ts";
import { codes, constant, event, one, pulse, setting, state } from "./register-fields.ts";
import { blockAddressBits, type Counter, type RegisterGroup, type RegisterMap } from "./register-model.ts";

/** Tables by their number in TABLE_COMMAND. */
const tableNames = (design: Pick<NicDesign, "sharedReceiveQueues">) =>
  design.sharedReceiveQueues > 0
    ? codes("QUEUE_PAIR", "MEMORY_REGION", "COMPLETION_QUEUE", "SHARED_RECEIVE_QUEUE")
    : codes("QUEUE_PAIR", "MEMORY_REGION", "COMPLETION_QUEUE");

/** States of a queue pair (`ibv_qp_state`). */
const stateNames = codes("RESET", "INIT", "RTR", "RTS", "SQD", "SQE", "ERR");

/** Packets; those that are taken from the wire and not acted on, by reason; what else is counted. */
const events: readonly CountedRow[] = [
  ["rx_packet", "Packets received good, with a transport header that the adapter knows"],
  ["tx_packet", "Packets sent"],
  ["drop_icrc", "Packets dropped: bad ICRC, or marked as an error by the link"],
  ["drop_malformed", "Packets dropped: length, version or padding that cannot be"],
  ["drop_raw", "Packets dropped: no transport header (LNH 0 and 1)"],
  ["drop_grh", "Packets dropped: with a GRH (LNH 3)"],
  ["drop_lid", "Packets dropped: their DLID is not of this adapter"],
  ["drop_management", "Packets dropped: for management that the adapter does not have"],
  ["drop_unsupported", "Packets dropped: of a transport class that the adapter does not have"],
  ["drop_no_qp", "Packets dropped: there is no such queue pair"],
  ["drop_qp_type", "Packets dropped: the queue pair is of another transport class"],
  ["drop_qp_state", "Packets dropped: the queue pair does not receive in its state"],
  ["drop_pkey", "Packets dropped: the P_Key does not match"],
  ["drop_peer", "Packets dropped: not from the peer of the queue pair"],
  ["drop_latched", "Requests dropped: behind one that was answered with a NAK"],
  ["drop_duplicate", "Requests dropped: repeats of a READ or atomic that is no longer kept"],
  ["drop_stale", "Responses dropped: to nothing that was asked, or to what is answered"],
  ["refused_key", "Accesses refused: no such key, or one that is no longer valid"],
  ["refused_pd", "Accesses refused: the region is of another protection domain"],
  ["refused_right", "Accesses refused: the region does not grant the right"],
  ["refused_range", "Accesses refused: not wholly within the region"],
  ["bad_doorbell", "Doorbells and table rows ignored: their number is too large"],
  ["retry", "Times that a queue pair sent packets again"],
  ["rnr", "RNR NAKs received: a peer had no receive request"],
  ["cqe", "Completions written"],
  ["cq_overflow", "Completions lost: their queue was full, or there was none"],
  ["read_error", "Packets with payload that host memory answered with an error"],
  ["write_error", "Writes that host memory answered with an error"],
];

/** The same of adapters with UD. */
const datagramEvents: readonly CountedRow[] = [
  ["drop_qkey", "Datagrams dropped: the Q_Key is not that of the queue pair"],
  ["drop_no_receive", "Datagrams dropped: no receive request"],
  ["drop_too_long", "Datagrams dropped: longer than the MTU or the receive request"],
  ["drop_protection", "Datagrams dropped: the receive request cannot be read, or its key does not grant it"],
];

/** The same of adapters with a window for VL15. */
const managementEvents: readonly CountedRow[] = [
  ["mad_received", "Management packets received: one more stands in the window"],
  ["drop_mad_full", "Management packets dropped: no room in the window"],
  ["drop_mad_bad", "Management packets dropped: damaged, of another form, or for another LID"],
];

/** The same of adapters with a window for work requests. */
const pushEvents: readonly CountedRow[] = [
  ["pushed", "Work requests taken as they were pushed, without a read"],
];

/** What comes with an amount: 4-byte words of payload, with the packet's event. */
const amounts: readonly CountedRow[] = [
  ["rx_words", "Payload received, last words counted whole"],
  ["tx_words", "Payload sent, last words counted whole"],
];

const memoryEvents: readonly CountedRow[] = [
  ["memory_corrected", "Rows of tables and buffers read with one wrong bit, which was put right"],
  ["memory_uncorrectable", "Rows of tables and buffers read with two wrong bits"],
];

/** Tables whose next row can be written with wrong bits, for a test. */
const testedTables: readonly CountedRow[] = [
  ["mr", "table of memory regions"],
  ["qp", "states of the queue pairs"],
  ["cq", "table of completion queues"],
];

/** What raises the interrupt beside events of completion queues, bit 0 first: counters of the same names. */
const interrupts: readonly CountedRow[] = [
  ["cq_overflow", "A completion was lost"],
  ["read_error", "Host memory answered a read with an error"],
  ["write_error", "Host memory answered a write with an error"],
];

const isProtected = (design: Pick<NicDesign, "memoryProtection">): boolean =>
  design.memoryProtection === "secded";

/** The register map of what an adapter has beside its link port. */
export function nicRegisters(design: NicDesign): RegisterMap {
  return {
    id: "nic",
    title: "the adapter",
    addressBits: blockAddressBits,
    groups: [device(design), control(design), window(design), doorbells(design), interrupt(design)],
    interrupt: { signal: "irq_status", status: "INTERRUPT_STATUS", enable: "INTERRUPT_ENABLE" },
    counterBase: blockCounterBase,
    counterBits: design.port.derived.counterBits.value,
    counters: nicCounters(design),
  };
}

/** All counters of an adapter in address order. */
export function nicCounters(
  design: Pick<NicDesign, "memoryProtection" | "datagrams" | "managementWindow" | "requester">,
): readonly Counter[] {
  const more = [
    ...(design.requester.pushBytes > 0 ? pushEvents : []),
    ...(design.managementWindow ? managementEvents : []),
    ...(design.datagrams ? datagramEvents : []),
    ...(isProtected(design) ? memoryEvents : []),
  ];
  return blockCounters([...events, ...more], amounts, "4-byte words");
}

const interruptRows = (design: NicDesign): readonly CountedRow[] => [
  ...interrupts,
  ...(design.managementWindow ? managementEvents.slice(0, 1) : []),
  ...(isProtected(design) ? memoryEvents : []),
];

/** Signals that set a bit of INTERRUPT_STATUS, each with the counter's event that does. */
export function nicInterrupts(design: NicDesign): readonly string[] {
  return interruptRows(design).map(([name]) => name);
}

function device(design: NicDesign): RegisterGroup {
  const { derived, requester, responder } = design;
  const log = (value: number): number => Math.ceil(Math.log2(value));
  return {
    id: "device",
    title: "What this device is",
    registers: [
      one("ID", 0x000, "The letters LWN1: this is an adapter", [
        constant("MAGIC", 0, 32, 0x4c574e31, "The letters LWN1: this is an adapter"),
      ]),
      one("GEOMETRY", 0x004, "What the adapter was generated with", [
        constant("COLUMNS", 0, 6, design.datapathBits / 64, "Columns of 8 bytes in a beat"),
        constant("MTU", 8, 3, log(design.mtuBytes) - 7, "Largest path MTU: 128 * 2^MTU bytes"),
        constant("LOG_QUEUE_PAIRS", 12, 5, log(design.queuePairs), "log2 of the queue pairs"),
        constant(
          "LOG_COMPLETION_QUEUES",
          18,
          5,
          log(design.completionQueues),
          "log2 of the completion queues",
        ),
        constant("LOG_MEMORY_REGIONS", 24, 5, log(design.memoryRegions), "log2 of the memory regions"),
        constant("SECDED", 31, 1, Number(isProtected(design)), "1: memories have an error-correcting code"),
      ]),
      one("WORK_REQUESTS", 0x008, "Form of a work request of the send queue", [
        constant("BYTES", 0, 9, derived.wqeBytes.value, "Bytes of a work request"),
        constant("INLINE_BYTES", 12, 8, derived.inlineBytes.value, "Bytes of inline data that fit"),
        constant("SCATTER_GATHER", 20, 4, requester.scatterGather, "Pieces of local memory that fit"),
        constant("RECEIVE_SCATTER", 24, 4, 4, "Pieces of local memory of a receive request"),
        ...(requester.pushBytes > 0
          ? [constant("PUSH", 28, 4, requester.pushBytes / 16, "Bytes that can be pushed, in units of 16")]
          : []),
      ]),
      one("DEPTHS", 0x00c, "How much of a queue pair is on its way at a time", [
        constant("READS", 0, 8, requester.outstandingReads, "READs and atomics asked"),
        constant("PEER_READS", 8, 8, responder.outstandingReads, "READs and atomics of the peer"),
        constant("REQUESTS", 16, 9, requester.outstandingRequests, "Work requests sent and not complete"),
        ...(design.managementWindow
          ? [constant("MANAGEMENT", 31, 1, 1, "1: there is a window for VL15")]
          : []),
        ...(design.datagrams ? [constant("DATAGRAMS", 30, 1, 1, "1: there are UD queue pairs")] : []),
        ...(design.sharedReceiveQueues > 0
          ? [
              constant(
                "LOG_SHARED",
                26,
                4,
                log(design.sharedReceiveQueues),
                "log2 of the shared receive queues; 0: none",
              ),
            ]
          : []),
      ]),
    ],
  };
}

/** Packets of 71 words, LRH to MAD, without their ICRC. */
const managementWindow = [
  one("MAD_INDEX", 0x0b0, "Word of a management packet", [
    {
      ...setting("INDEX", 0, 7, "mad_index", 0, "Word, 0 to 70; byte 4n of the packet in its lowest bits"),
      strobe: "mad_index_write",
    },
  ]),
  one("MAD_RECEIVED", 0x0b4, "That word of the oldest packet received", [
    state("WORD", 0, 32, "mad_word", "Word; valid while WAITING is not 0"),
  ]),
  one("MAD_SEND", 0x0b8, "A write stores that word of the packet to send; the index goes on by one", [
    { ...setting("WORD", 0, 32, "mad_tx_word", 0, "Word; not while BUSY"), strobe: "mad_tx_write" },
  ]),
  one("MAD_CONTROL", 0x0bc, "Management packets", [
    pulse("RELEASE", 0, "mad_release", "The oldest packet received is done with"),
    pulse("SEND", 1, "mad_send", "The packet that was written goes out, on VL15"),
    state("WAITING", 24, 3, "mad_waiting", "Packets received that wait"),
    state("BUSY", 31, 1, "mad_busy", "1: the packet to send has not gone out yet"),
  ]),
];

/** A work request that comes with its doorbell. */
const pushWindow = (bytes: number) => [
  one("SQ_PUSH", 0x09c, "Begins to push a work request, in front of its doorbell", [
    { ...setting("QPN", 0, 16, "push_number", 0, "Queue pair"), strobe: "push_begin" },
    setting("PRODUCER", 16, 8, "push_producer", 0, "Lowest bits of PRODUCER of the doorbell"),
    setting("WORDS", 24, 6, "push_words", 0, "Words that will be written to SQ_PUSH_DATA, each once"),
  ]),
  {
    name: "SQ_PUSH_DATA",
    offset: 0x100,
    count: bytes / 4,
    text: "The work request, 32 bits each, in any order; words that are not written are 0",
    fields: [
      {
        ...setting("VALUE", 0, 32, "push_data", 0, "Word of the work request"),
        reset: new Array<number>(bytes / 4).fill(0),
        strobe: "push_write",
      },
    ],
  },
];

const eventIrqText = (design: NicDesign): string =>
  design.sharedReceiveQueues > 0
    ? "1: `irq` is high while CQ_EVENT or SRQ_EVENT has an event"
    : "1: `irq` is high while CQ_EVENT has an event";

function control(design: NicDesign): RegisterGroup {
  const test = testedTables.flatMap(([name, text], at) =>
    [0, 1].map((bit) =>
      pulse(
        `${name.toUpperCase()}_BIT${bit}`,
        2 * at + bit,
        `cmd_wrong_${name}_${bit}`,
        `The next row written to the ${text} has bit ${bit} wrong`,
      ),
    ),
  );
  return {
    id: "control",
    title: "Control",
    registers: [
      one("OWN_LID", 0x010, "Address of this adapter in its subnet", [
        setting("LID", 0, 16, "cfg_own_lid", 0, "SLID of what is sent; 0: none yet, every DLID is taken"),
        setting("LMC", 16, 3, "cfg_own_lmc", 0, "Lowest bits of a DLID that are not looked at"),
      ]),
      one("CONTROL", 0x014, "Behaviour", [
        setting("EVENT_IRQ", 0, 1, "cfg_event_irq", 0, eventIrqText(design)),
      ]),
      one("STATUS", 0x018, "What the adapter is doing", [
        state("READY", 0, 1, "sts_ready", "1: all tables are cleared after reset; rows can be written"),
      ]),
      one("CLEAR_COUNTERS", 0x02c, "Clears every counter", [
        { ...pulse("CLEAR", 0, "clear_counters", "Clears every counter"), internal: true },
      ]),
      ...(isProtected(design) ? [one("MEMORY_TEST", 0x01c, "Self test of the tables", test)] : []),
    ],
  };
}

function window(design: NicDesign): RegisterGroup {
  return {
    id: "window",
    title: "Rows of the tables",
    registers: [
      one("TABLE_COMMAND", 0x020, "A write stores TABLE_DATA as a row; not while BUSY", [
        {
          ...setting("INDEX", 0, 16, "table_index", 0, "Queue pair, index of a key, completion queue"),
          strobe: "table_write",
        },
        { ...setting("TABLE", 16, 2, "table_select", 0, "Table"), codes: tableNames(design) },
        state("BUSY", 31, 1, "sts_table_busy", "1: the row is not taken yet; TABLE_DATA must stay"),
      ]),
      one("QP_QUERY", 0x024, "A write asks for the state of a queue pair", [
        { ...setting("QPN", 0, 16, "query_number", 0, "Queue pair"), strobe: "query_write" },
        state("PENDING", 31, 1, "sts_query_pending", "1: QP_STATE does not have the answer yet"),
      ]),
      one("QP_STATE", 0x028, "Answer to the last QP_QUERY", [
        { ...state("STATE", 0, 3, "sts_query_state", "State of the queue pair"), codes: stateNames },
      ]),
      {
        name: "TABLE_DATA",
        offset: 0x040,
        count: 16,
        text: "The row that TABLE_COMMAND stores, 32 bits each",
        fields: [
          {
            ...setting("VALUE", 0, 32, "table_data", 0, "Word of the row; short rows begin at word 0"),
            reset: new Array<number>(16).fill(0),
          },
        ],
      },
    ],
  };
}

function doorbells(design: NicDesign): RegisterGroup {
  const ring = (name: string, offset: number, signal: string, text: string, of = ["QPN", "Queue pair"]) =>
    one(name, offset, text, [
      { ...setting(of[0]!, 0, 16, `${signal}_number`, 0, of[1]!), strobe: `${signal}_write` },
      setting("PRODUCER", 16, 16, `${signal}_value`, 0, "Work requests posted in all, modulo 2^16"),
    ]);
  const shared = [
    ring("SRQ_DOORBELL", 0x094, "srq", "There are work requests in a shared receive queue", [
      "SRQ",
      "Shared receive queue",
    ]),
    one("SRQ_EVENT", 0x098, "The oldest event of a limit that was not taken", [
      state("SRQ", 0, 16, "sts_srq_event", "Shared receive queue with fewer requests than its limit"),
      pulse("TAKE", 30, "cmd_srq_event_take", "The event is taken; the next one stands here then"),
      state("VALID", 31, 1, "sts_srq_event_valid", "1: there is an event"),
    ]),
  ];
  return {
    id: "doorbells",
    title: "Doorbells",
    registers: [
      ring("SQ_DOORBELL", 0x080, "sq", "There are work requests in a send queue"),
      ring("RQ_DOORBELL", 0x084, "rq", "There are work requests in a receive queue"),
      one("CQ_CONSUMER", 0x088, "Completions were taken from a completion queue", [
        { ...setting("CQ", 0, 16, "ci_number", 0, "Completion queue"), strobe: "ci_write" },
        setting("INDEX", 16, 16, "ci_value", 0, "Completions taken in all, modulo 2^16"),
      ]),
      one("CQ_ARM", 0x08c, "Asks for one event, at the next completion", [
        { ...setting("CQ", 0, 16, "arm_number", 0, "Completion queue"), strobe: "arm_write" },
        setting("SOLICITED_ONLY", 16, 1, "arm_value", 0, "1: at the next solicited one, or error"),
      ]),
      one("CQ_EVENT", 0x090, "The oldest event that was not taken", [
        state("CQ", 0, 16, "sts_event_cq", "Completion queue"),
        pulse("TAKE", 30, "cmd_event_take", "The event is taken; the next one stands here then"),
        state("VALID", 31, 1, "sts_event_valid", "1: there is an event"),
      ]),
      ...(design.sharedReceiveQueues > 0 ? shared : []),
      ...(design.managementWindow ? managementWindow : []),
      ...(design.requester.pushBytes > 0 ? pushWindow(design.requester.pushBytes) : []),
    ],
  };
}

function interrupt(design: NicDesign): RegisterGroup {
  const rows = interruptRows(design);
  return {
    id: "interrupt",
    title: "Interrupt",
    registers: [
      one(
        "INTERRUPT_STATUS",
        0x0a0,
        "What has happened since it was cleared",
        rows.map(([name, text], bit) => event(name.toUpperCase(), bit, `set_${name}`, text)),
      ),
      one(
        "INTERRUPT_ENABLE",
        0x0a4,
        "What raises `irq`",
        rows.map(([name], bit) => ({
          ...setting(
            name.toUpperCase(),
            bit,
            1,
            `enable_${name}`,
            0,
            "1: raises `irq` while the bit of INTERRUPT_STATUS is 1",
          ),
          internal: true,
        })),
      ),
    ],
  };
}
