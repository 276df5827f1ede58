/**
 * Breaks the generated Verilog in one place at a time and shows that a run of the link pair notices it.
 * `npx tsx test/system/mutants.ts [NAME ...]`; takes a minute or two, as each break is a model of its own.
 */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { generateToCache } from "../../generator/emit/cached.ts";
import { buildModel, designOf, openModel } from "../../sim/index.ts";
import {
  BringUpError,
  LinkPair,
  loadPhase,
  type Phase,
  randomPhase,
  runPhases,
} from "../../sim/run/index.ts";

interface Mutant {
  readonly name: string;
  /** Name of the module behind the device's. */
  readonly module: string;
  readonly from: string;
  readonly to: string;
}

const mutants: readonly Mutant[] = [
  { name: "unbroken", module: "llr_rx", from: "", to: "" },
  {
    name: "NACK never sent",
    module: "llr_rx",
    from: "assign nack_due = state_reg == SEND_NACK;",
    to: "assign nack_due = 1'b0;",
  },
  {
    name: "replay starts one frame late",
    module: "llr_tx",
    from: "replay_seq_reg <= oldest_reg;",
    to: "replay_seq_reg <= oldest_reg + 20'd1;",
  },
  {
    name: "credit gate always open",
    module: "credit_tx",
    from: "= left <= 12'd2048;",
    to: "= left <= 12'd2048 || 1'b1;",
  },
  {
    name: "VCRC not compared",
    module: "vcrc_check",
    from: "m_crc_good_reg <= aligned && state_next == residue(bytes1_reg[BYTE_BITS-1:2]);",
    to: "m_crc_good_reg <= aligned;",
  },
  {
    name: "sequence number not compared",
    module: "llr_rx",
    from: "s_start_ok && s_eligible && distance == 20'd0;",
    to: "s_start_ok && s_eligible;",
  },
  {
    name: "ACK one ahead",
    module: "llr_rx",
    from: "assign ack_seq = expected_reg - 20'd1;",
    to: "assign ack_seq = expected_reg;",
  },
  {
    name: "damaged packet not marked",
    module: "llr_rx",
    from: "assign wr_error = write_bad;",
    to: "assign wr_error = 1'b0;",
  },
  {
    name: "replay timer never expires",
    module: "llr_tx",
    from: "expired = timer_runs && timer_reg >= cfg_replay_timer_max;",
    to: "expired = 1'b0;",
  },
];

const description = {
  kind: "link",
  name: "mutant",
  clockMHz: 400,
  datapathBits: 64,
  rateGbps: 25,
  mtuBytes: 1024,
  cableMeters: 10,
  virtualLanes: { data: 2 },
} as const;

/** What every device is put through: errors of all kinds, and a client that takes nothing for a while. */
function phasesFor(design: Awaited<ReturnType<typeof designOf>>): readonly Phase[] {
  const control = { drop: 0.05, repeat: 0.02, swap: 0.02 };
  const faults = { ber: 2e-6, burst: { bits: 60, perBeat: 1 / 3000 }, control };
  return [
    { ...loadPhase(design, { cycles: 12_000 }), name: "withheld", withhold: { vls: [0], cycles: 8000 } },
    { ...loadPhase(design, { cycles: 30_000, faults }) },
    { ...randomPhase(design, { cycles: 30_000, faults }) },
  ];
}

/** The text with `from` replaced, however it is spaced. */
function breakText(text: string, { name, from, to }: Mutant): string {
  const words = from.split(/\s+/u).map((word) => word.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&"));
  const place = new RegExp(words.join("\\s+"), "u");
  if (!place.test(text)) throw new Error(`"${name}": nothing to replace`);
  return text.replace(place, to);
}

async function fate(mutant: Mutant): Promise<string> {
  const design = await designOf(description);
  const { top, files } = generateToCache(design);
  const folder = mkdtempSync(join(tmpdir(), "lanewright-mutant-"));
  try {
    const copies = files.map((file) => join(folder, basename(file)));
    files.forEach((file, index) => {
      copyFileSync(file, copies[index] ?? "");
    });
    const broken = join(folder, `${design.name}_${mutant.module}.v`);
    writeFileSync(broken, breakText(readFileSync(broken, "utf8"), mutant));
    const built = await buildModel({ files: copies, top });
    const pair = new LinkPair(design, [openModel(built), openModel(built)], { seed: 1 });
    try {
      const result = await runPhases(pair, phasesFor(design));
      const failed = result.phases.find((phase) => phase.failure !== null);
      if (failed !== undefined) return `seen in phase ${failed.name}: ${failed.failure}`;
      if (result.ports.p0.nacksSent === 0) return "seen: no NACK in spite of errors";
      const { p0, p1 } = result.ports;
      return `not seen (${p0.received.packets + p1.received.packets} packets, ${p0.nacksSent + p1.nacksSent} NACKs)`;
    } catch (error) {
      if (error instanceof BringUpError) return `seen: ${error.message}`;
      throw error;
    } finally {
      pair.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const chosen = process.argv.slice(2);
for (const mutant of mutants) {
  if (chosen.length > 0 && !chosen.includes(mutant.name)) continue;
  process.stdout.write(`${mutant.name.padEnd(32)} ${await fate(mutant)}\n`);
}
