import { dataWordBits } from "../elaborate/register-counters.ts";
import type { RegisterMap } from "../elaborate/register-model.ts";
import { dec, range } from "../render/verilog.ts";
import type { View } from "../render/view.ts";
import { bitsFor, header, indexBits, localparam, moduleName } from "./common.ts";

/** Cycles of one visit of a counter: read, sum, write. */
export const visitCycles = 3;

/** How the counters of a block are laid out: for the module itself and for the one around it. */
export interface CounterLayout {
  /** Counters that add one for a pulse; they have the first indices. */
  readonly events: number;
  /** Counters that add an amount each cycle. */
  readonly amounts: number;
  readonly indexBits: number;
  readonly counterBits: number;
}

/** Layout of the counters of a block. Throws for counters of less than 16 or more than 64 bits. */
export function counterLayout({ counters, counterBits }: RegisterMap): CounterLayout {
  if (!Number.isInteger(counterBits) || counterBits < 16 || counterBits > 64) {
    throw new RangeError(`counterBits is ${counterBits}; a counter has 16 to 64 bits`);
  }
  const events = counters.filter(({ increment }) => increment === 1).length;
  const amounts = counters.length - events;
  return { events, amounts, indexBits: indexBits(counters.length), counterBits };
}

/** View of `common/counters.v.hbs`: the event counters of the registers of `map`. */
export function countersView(design: { readonly name: string }, map: RegisterMap): View {
  const layout = counterLayout(map);
  const { events, amounts, counterBits } = layout;
  const counters = events + amounts;
  // A visit for the bus may stand between any two of a round.
  const roundCycles = 2 * visitCycles * counters;
  const eventBits = Math.min(bitsFor(roundCycles), counterBits);
  const amountBits = Math.min(bitsFor(roundCycles * (2 ** dataWordBits - 1)), counterBits);
  const ranges = [range(events), range(dataWordBits * amounts), range(layout.indexBits), range(counterBits)];
  const columns = Math.max(...ranges.map((text) => text.length));
  const [eventsRange, amountsRange, indexRange, valueRange] = ranges.map((text) => text.padEnd(columns));
  return {
    header: header(design, `Event counters of ${map.title}.`),
    module: moduleName(design, `${map.id}_counters`),
    pad: " ".repeat(columns + 1),
    events_range: eventsRange!,
    amounts_range: amountsRange!,
    index_range: indexRange!,
    value_range: valueRange!,
    amount_width: String(dataWordBits),
    params: [
      localparam("EVENTS", events, "counters that count pulses; they come first"),
      localparam("AMOUNTS", amounts, "counters that add an amount"),
      localparam("AMOUNT_WIDTH", dataWordBits, "bits: amount of one cycle"),
      localparam("INDEX_BITS", layout.indexBits, "bits: index of a counter"),
      localparam("LAST_INDEX", dec(counters - 1, layout.indexBits), "index of the last counter"),
      localparam(
        "FIRST_AMOUNT",
        dec(events, layout.indexBits),
        "index of the first counter that adds an amount",
      ),
      localparam("COUNTER_BITS", counterBits, "bits: a counter starts at 0 again after 2^COUNTER_BITS"),
      localparam(
        "EVENT_BITS",
        eventBits,
        `bits: events of ${roundCycles} cycles, the longest time between visits`,
      ),
      localparam("AMOUNT_BITS", amountBits, `bits: amounts of ${roundCycles} cycles`),
    ],
  };
}
