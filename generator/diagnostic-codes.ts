import type { DiagnosticCode } from "./diagnostics.ts";

/** Every code that Lanewright reports, with its meaning in one line. Codes are stable: programs may look for them. */
export const diagnosticCodes = {
  // Files
  LW_FILE_MISSING: "The description's file is not there.",
  LW_FILE_UNREADABLE: "The description's file cannot be read.",
  LW_FILE_TYPE: "The file's extension is none of a description's.",
  LW_FILE_EXISTS: "init does not overwrite a file without --force.",
  LW_JSON_SYNTAX: "The JSON file has a syntax error.",
  LW_DUPLICATE_KEY: "A key stands twice in the same JSON object.",
  LW_DESCRIPTION_SYNTAX: "The TypeScript or JavaScript file has a syntax error.",
  LW_DESCRIPTION_IMPORT: "The TypeScript file imports something that is not there.",
  LW_DESCRIPTION_THROWS: "The TypeScript file throws, or ends its process, while it is imported.",
  LW_DESCRIPTION_TIMEOUT: "Importing the TypeScript file never ends.",
  LW_NO_DEFAULT_EXPORT: "The TypeScript file has no default export.",
  LW_NOT_A_DESCRIPTION: "The file holds something other than a description.",

  // Shape of a description
  LW_KIND_MISSING: "The description does not say what it describes.",
  LW_KIND_UNKNOWN: "The description's kind is not one that can be generated.",
  LW_UNKNOWN_KEY: "A key is not known; often it is misspelt.",
  LW_WRONG_UNIT: "A key names another unit than the one that is asked for, or none.",
  LW_MISSING_KEY: "A key is missing that has no default.",
  LW_WRONG_TYPE: "A value is of the wrong type.",
  LW_OUT_OF_RANGE: "A number is outside of its range; sometimes it is in another unit.",
  LW_NOT_ALLOWED: "A value is none of the legal ones.",
  LW_NOT_A_MULTIPLE: "A number is not a multiple of what it must be.",
  LW_NAME_NOT_IDENTIFIER: "The name is not a lower-case Verilog identifier.",
  LW_NAME_TOO_LONG: "The name has more than 40 characters.",
  LW_NAME_KEYWORD: "The name is a keyword of Verilog or SystemVerilog.",
  LW_TABLE_TOO_LONG: "An arbitration table has more than 64 rows.",

  // Rules between values
  LW_WIDTH_CLOCK: "Width times clock is less than the rate of the wire.",
  LW_MTU_FRAME: "The framing cannot carry packets of this MTU.",
  LW_CABLE_TOO_LONG: "The credit loop is longer than flow control can cover.",
  LW_SLOW_LINE_RATE: "Packets of a full MTU stay below 97 % of the wire.",
  LW_ARBITRATION_NO_LANE: "An arbitration table gives a weight to a lane that the link does not have.",
  LW_ARBITRATION_VL15: "An arbitration table gives a weight to VL15.",
  LW_LANE_STARVES: "A data lane has no weight in any arbitration table.",
  LW_LOW_MAY_STARVE: "Lanes of the low table may wait for ever on those of the high table.",

  // Derived numbers set by hand: what would lose data or stop the link
  LW_OVERRIDE_FIXED: "The number follows from others and cannot be set.",
  LW_OVERRIDE_RANGE: "The number does not fit: not an integer, too large, or too small.",
  LW_OVERRIDE_ROUND_TRIP: "A latency is set below what is physically possible.",
  LW_OVERRIDE_REPLAY_DEPTH: "The replay buffer is no power of two, or too small for two packets.",
  LW_OVERRIDE_REPLAY_ENTRIES: "The packet list of the replay buffer does not fit its memory.",
  LW_OVERRIDE_OUTSTANDING_SEQ:
    "The window in packets is wider than the packet list or half the number space.",
  LW_OVERRIDE_OUTSTANDING_DATA:
    "The window in bytes is wider than the replay buffer, or too narrow for a packet.",
  LW_OVERRIDE_REPLAY_TIMER: "The replay timer expires before an ACK can come.",
  LW_OVERRIDE_REPLAY_COUNT: "The replay count gives up at the first error.",
  LW_OVERRIDE_DATA_AGE: "The data age flushes before one replay.",
  LW_OVERRIDE_LINK_LOST: "A short loss of the link would end the session.",
  LW_OVERRIDE_CONTROL_SPACING: "Control sets inside packets would stand too close or too far apart.",
  LW_OVERRIDE_CREDIT_BLOCK: "The credit block is no power of two, or out of range.",
  LW_OVERRIDE_CREDITS: "The credits exceed what 12-bit counters can promise, or do not cover one packet.",
  LW_OVERRIDE_CREDIT_UPDATE: "The credit update trigger is 0.",
  LW_OVERRIDE_CREDIT_REFRESH: "Flow-control packets would come too rarely.",
  LW_OVERRIDE_CREDIT_WATCHDOG: "The credit watchdog would take a healthy link down.",
  LW_OVERRIDE_VL_BUFFER: "A lane's receive buffer is smaller than what its credits promise.",
  LW_OVERRIDE_VL15_BUFFER: "The buffer of VL15 does not hold one packet.",
  LW_OVERRIDE_TX_QUEUE: "A transmit queue does not hold one packet.",
  LW_OVERRIDE_DESCRIPTORS: "The packet list of the transmit queues is no power of two.",
  LW_OVERRIDE_COUNTER_BITS: "Counters are narrower than 32 or wider than 64 bits.",

  // Derived numbers set by hand: what only costs rate or comfort
  LW_SLOW_ROUND_TRIP: "The round trip is set below the worst case.",
  LW_SLOW_REPLAY_DEPTH: "The replay buffer fills up before the first ACK comes.",
  LW_SLOW_OUTSTANDING: "The window closes before the first ACK comes.",
  LW_SLOW_CREDITS: "The credits do not cover the credit loop.",
  LW_SLOW_CREDIT_UPDATE: "Credit comes back in lumps that are too large.",
  LW_SLOW_CREDIT_REFRESH: "Flow-control packets take more than 1 % of the wire.",
  LW_SLOW_TX_QUEUE: "A transmit queue does not hold two packets.",
  LW_SMALL_VL15_BUFFER: "Bursts of management packets are dropped sooner than usual.",
  LW_EARLY_FLUSH: "The data age gives up before the replay count does.",
  LW_COUNTER_WRAPS: "Counters may wrap within a year.",

  // Commands
  LW_UNKNOWN_NUMBER: "explain --only names a number that is not derived.",
  LW_OUTPUT_FOREIGN: "The output folder holds files that generate did not write, or that were changed.",
  LW_OUTPUT_UNWRITABLE: "The output cannot be written.",
  LW_OUTPUT_PATH: "A file of the output would land outside of its folder.",
  LW_LINT_FOLDER: "The folder to lint is not one that generate wrote.",
  LW_TRAFFIC_OPTIONS: "Options of simulate do not go together, or do not fit the device.",
  LW_CAPTURE_FILE: "The capture of simulate --pcap cannot be used.",
  LW_MODEL_BUILD: "Verilator or the C++ compiler failed on a model.",
  LW_TOOL_MISSING: "A program is not installed; the message has the command that installs it.",
} as const satisfies Readonly<Record<DiagnosticCode, string>>;
