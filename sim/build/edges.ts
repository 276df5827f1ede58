import type { PortInfo } from "./ports.ts";

/** A clock port, and the model's memory of its last level where setting that replaces the falling edge. */
export interface ClockPort {
  readonly clock: string;
  readonly level: string | undefined;
}

/**
 * `lanewright_edge` of a model with several clocks: rising edges of those in `mask` (bit 0 is the first clock), all at
 * one time. Falling edges need no call: nothing is clocked by them. Where waves are written, they are half a period
 * behind the rising ones.
 */
export function edgeFunction(
  clocks: readonly ClockPort[],
  ports: readonly PortInfo[],
  trace: boolean,
): string {
  const members = clocks.map(({ clock, level }) => {
    const member = ports.find((port) => port.name === clock && port.dir === "in" && port.bits === 1)?.member;
    if (member === undefined) throw new RangeError(`there is no clock port ${clock}`);
    return { member, level };
  });
  const rise = members.map(({ member }, at) => `  if (mask & ${1 << at}u) m->top.${member} = 1;`).join("\n");
  const low = members.map(({ member }) => `  m->top.${member} = 0;`).join("\n");
  const forget = members.flatMap(({ level }) =>
    level === undefined ? [] : [`  m->top.rootp->${level} = 0;`],
  );
  const fall = [low, ...forget, ...(forget.length < members.length ? ["  m->top.eval();"] : [])].join("\n");
  const places = members.map(({ member }) => `&m->top.${member}`).join(", ");
  return trace ? tracedEdge(rise, low, fall, places, members.length) : plainEdge(low, rise, fall);
}

function plainEdge(low: string, rise: string, fall: string): string {
  return `
EXPORT int lanewright_edge(Model* m, uint32_t mask, double time_ps) {
  current = m;
  if (m->status & STOPPED) return m->status;
  m->context.time(static_cast<uint64_t>(time_ps));
${low}
${rise}
  m->top.eval();
${fall}
  m->cycles += mask & 1u;
  return m->status;
}
`;
}

/** Without a trace that is open, the same as the plain one; with one, clocks stay high until half of their period. */
function tracedEdge(rise: string, low: string, fall: string, places: string, count: number): string {
  return `
namespace {

struct Falls {
  uint64_t last[${count}] = {};
  uint64_t at[${count}] = {};
  bool high[${count}] = {};
};

std::unordered_map<Model*, Falls> falls;

}  // namespace

EXPORT int lanewright_edge(Model* m, uint32_t mask, double time_ps) {
  current = m;
  if (m->status & STOPPED) return m->status;
  const uint64_t now = static_cast<uint64_t>(time_ps);
  if (!m->trace) {
    m->context.time(now);
${low}
${rise}
    m->top.eval();
${fall}
    m->cycles += mask & 1u;
    return m->status;
  }
  CData* const places[] = {${places}};
  Falls& f = falls[m];
  for (;;) {
    int first = -1;
    for (int i = 0; i < ${count}; ++i)
      if (f.high[i] && f.at[i] <= now && (first < 0 || f.at[i] < f.at[first])) first = i;
    if (first < 0) break;
    const uint64_t at = f.at[first];
    for (int i = 0; i < ${count}; ++i) {
      if (!f.high[i] || f.at[i] != at) continue;
      *places[i] = 0;
      f.high[i] = false;
    }
    m->context.time(at);
    m->top.eval();
    if (at < now) m->trace->dump(at);
  }
  m->context.time(now);
  for (int i = 0; i < ${count}; ++i) {
    if (!(mask >> i & 1u)) continue;
    if (f.high[i]) {
      *places[i] = 0;
      m->top.eval();
    }
    f.at[i] = now + (f.last[i] == 0 || f.last[i] >= now ? 500 : (now - f.last[i]) / 2);
    f.last[i] = now;
    f.high[i] = true;
    *places[i] = 1;
  }
  m->top.eval();
  m->trace->dump(now);
  m->context.time(now + 1);
  m->cycles += mask & 1u;
  return m->status;
}
`;
}
