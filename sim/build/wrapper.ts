import { edgeFunction } from "./edges.ts";
import type { PortInfo } from "./ports.ts";

/** What the wrapper is to bring along. */
export interface WrapperOptions {
  /** Further clock ports, each with the memory of its last level, as `level`; none unless given. */
  readonly others?: readonly { readonly clock: string; readonly level: string | undefined }[];
  readonly ports: readonly PortInfo[];
  /** Name of the clock port; a top without it is evaluated once a step. */
  readonly clock: string;
  /** The model's memory of the clock's last level, where setting it replaces the falling edge; see `clock.ts`. */
  readonly level: string | undefined;
  readonly trace: boolean;
  readonly coverage: boolean;
  /** Hands the words of `LANEWRIGHT_PLUSARGS` to the model. */
  readonly plusArgs?: boolean;
}

/** Name of the header that every C++ file is compiled with: it catches what the model prints. */
export const printHeader = "lanewright_print.h";

export const printHeaderText = `#pragma once
int lanewright_print(const char* format, ...) __attribute__((format(printf, 1, 2)));
`;

/** Name of the header that every file of a model itself begins with; it is compiled beforehand, see `runtime.ts`. */
export const modelHeader = "lanewright_model.h";

export const modelHeaderText = `#include "${printHeader}"
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>
#include "verilated.h"
#if VM_TRACE_FST
#include "verilated_fst_c.h"
#endif
#if VM_COVERAGE
#include "verilated_cov.h"
#endif
`;

/**
 * The C interface of one model. A status of 0 means that nothing happened; bit 0: the model stopped ($finish, $stop,
 * $fatal, a failed assertion); bit 1: it printed text. Nothing in here ends the process.
 */
export function wrapperText(options: WrapperOptions): string {
  const { ports, clock, level, trace, coverage, plusArgs = false, others = [] } = options;
  const clockMember = ports.find(
    (port) => port.name === clock && port.dir === "in" && port.bits === 1,
  )?.member;
  const table = ports.map(({ name, member, bits, bytes, dir }) => {
    const place = bits > 64 ? `m->top.${member}.data()` : `&m->top.${member}`;
    return `    {${JSON.stringify(name)}, ${place}, ${bits}, ${bytes}, ${dirs[dir]}},`;
  });
  const high = clockMember === undefined ? "" : `m->top.${clockMember} = 1;`;
  const fall =
    level === undefined ? `m->top.${clockMember} = 0;\n    m->top.eval();` : `m->top.rootp->${level} = 0;`;
  const low = clockMember === undefined ? "" : fall;
  // The clock itself stays high behind a step: an evaluation between steps must not take it for an edge
  const atRest = level === undefined || clockMember === undefined ? "" : `  m->top.${clockMember} = 0;\n`;
  return `#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string>
${trace && others.length > 0 ? "#include <unordered_map>\n" : ""}#include <vector>
#include "Vtop.h"
#include "verilated.h"
${[level, ...others.map((one) => one.level)].every((one) => one === undefined) ? "" : '#include "Vtop___024root.h"\n'}${trace ? '#include "verilated_fst_c.h"\n' : ""}${plusArgs ? "#include <cstdlib>\n#include <sstream>\n" : ""}${coverage ? '#include "verilated_cov.h"\n' : ""}
#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

enum : int { STOPPED = 1, PRINTED = 2 };

struct Port {
  const char* name;
  void* place;
  uint32_t bits;
  uint32_t bytes;
  uint32_t dir;
};

struct Model {
  VerilatedContext context;
  int status = 0;
  uint64_t cycles = 0;
  uint64_t period = 1000;
  std::string text;
  std::string error;
  std::vector<Port> ports;
${trace ? "  VerilatedFstC* trace = nullptr;\n" : ""}  struct Early {
    explicit Early(VerilatedContext& context) { ${trace ? "context.traceEverOn(true);" : "(void)context;"}${plusArgs ? plusArgsText : ""} }
  } early{context};
  Vtop top{&context, "TOP"};
};

thread_local Model* current = nullptr;

void stop(const char* what, const char* file, int line, const char* detail) {
  Model* m = current;
  if (!m) return;
  if (!(m->status & STOPPED)) {
    m->error = std::string(what) + " at " + (file && *file ? file : "?") + ":" + std::to_string(line) + " in cycle "
               + std::to_string(m->cycles);
    if (detail && *detail) m->error += std::string(": ") + detail;
  }
  m->status |= STOPPED;
  m->context.gotFinish(true);
}

}  // namespace

int lanewright_print(const char* format, ...) {
  char line[4096];
  va_list list;
  va_start(list, format);
  const int length = vsnprintf(line, sizeof line, format, list);
  va_end(list);
  if (current) {
    current->text += line;
    current->status |= PRINTED;
  } else {
    fputs(line, stderr);
  }
  return length;
}

void vl_finish(const char* file, int line, const char*) { stop("$finish", file, line, nullptr); }
void vl_stop(const char* file, int line, const char*) { stop("$stop", file, line, nullptr); }
void vl_fatal(const char* file, int line, const char*, const char* message) { stop("$fatal", file, line, message); }

EXPORT Model* lanewright_create(double period_ps) {
  Model* m = new Model;
  current = m;
  m->period = static_cast<uint64_t>(period_ps);
  m->ports = {
${table.join("\n")}
  };
  m->top.eval();
  return m;
}

EXPORT void lanewright_destroy(Model* m) { delete m; }

EXPORT Port* lanewright_ports(Model* m) { return m->ports.data(); }

EXPORT int lanewright_eval(Model* m) {
  current = m;
${atRest}  m->top.eval();
  return m->status;
}

/// Each cycle: rising edge with the inputs as they are, then back to low. In a trace, inputs change at falling edges.
EXPORT int lanewright_step(Model* m, uint32_t cycles) {
  current = m;
  for (; cycles != 0 && !(m->status & STOPPED); --cycles) {
${trace ? traceBefore : ""}    ${high}
    m->top.eval();
${trace ? traceAfter : ""}    ${low}
    m->context.timeInc(m->period);
    ++m->cycles;
  }
  return m->status;
}

EXPORT const char* lanewright_text(Model* m) { return m->text.c_str(); }
EXPORT const char* lanewright_error(Model* m) { return m->error.c_str(); }

EXPORT void lanewright_clear_text(Model* m) {
  m->text.clear();
  m->status &= ~PRINTED;
}

EXPORT double lanewright_cycles(Model* m) { return static_cast<double>(m->cycles); }

EXPORT void lanewright_final(Model* m) {
  current = m;
  m->top.final();
}
${others.length > 0 ? edgeFunction([{ clock, level }, ...others], ports, trace) : ""}${trace ? traceFunctions : ""}${coverage ? coverageFunctions : ""}`;
}

const dirs = { in: 0, out: 1, inout: 2 } as const;

const plusArgsText = `
      std::istringstream words{getenv("LANEWRIGHT_PLUSARGS") ? getenv("LANEWRIGHT_PLUSARGS") : ""};
      for (std::string word; words >> word;) {
        const char* argument = word.c_str();
        context.commandArgsAdd(1, &argument);
      }
   `;

const traceBefore = `    if (m->trace) {
      m->top.eval();
      m->trace->dump(m->context.time());
    }
`;

const traceAfter = `    if (m->trace) m->trace->dump(m->context.time() + m->period / 2);
`;

const traceFunctions = `
EXPORT int lanewright_trace_open(Model* m, const char* path) {
  current = m;
  m->trace = new VerilatedFstC;
  m->top.trace(m->trace, 99);
  m->trace->open(path);
  if (m->trace->isOpen()) return 1;
  delete m->trace;
  m->trace = nullptr;
  return 0;
}

EXPORT void lanewright_trace_close(Model* m) {
  if (!m->trace) return;
  m->trace->dump(m->context.time());
  m->trace->close();
  delete m->trace;
  m->trace = nullptr;
}
`;

const coverageFunctions = `
EXPORT void lanewright_coverage_write(Model* m, const char* path) {
  current = m;
  m->context.coveragep()->write(path);
}
`;
