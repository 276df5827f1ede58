import koffi from "koffi";

/** Address of an instance of a model. */
export type Handle = bigint;

/** The C interface of a built model; see `sim/build/wrapper.ts`. */
export interface Library {
  readonly create: (periodPs: number) => Handle;
  readonly destroy: (handle: Handle) => void;
  readonly ports: (handle: Handle) => bigint;
  readonly evaluate: (handle: Handle) => number;
  readonly step: (handle: Handle, cycles: number) => number;
  /** Only of a model with several clocks. */
  readonly edge?: (handle: Handle, mask: number, timePs: number) => number;
  readonly text: (handle: Handle) => string;
  readonly error: (handle: Handle) => string;
  readonly clearText: (handle: Handle) => void;
  readonly cycles: (handle: Handle) => number;
  readonly final: (handle: Handle) => void;
  readonly traceOpen?: (handle: Handle, path: string) => number;
  readonly traceClose?: (handle: Handle) => void;
  readonly coverageWrite?: (handle: Handle, path: string) => void;
}

/** One row of the table of ports. */
export interface PortRow {
  readonly name: string;
  readonly place: bigint;
  readonly bits: number;
  readonly bytes: number;
  readonly dir: number;
}

const row = koffi.struct({
  name: "const char *",
  place: "void *",
  bits: "uint32_t",
  bytes: "uint32_t",
  dir: "uint32_t",
});

const loaded = new Map<string, Library>();

/** Loads the library at `path`; one that is loaded already is shared. */
export function loadLibrary(
  path: string,
  has: { trace: boolean; coverage: boolean; clocks?: readonly string[] },
): Library {
  const known = loaded.get(path);
  if (known !== undefined) return known;
  const handle = koffi.load(path);
  const library: Library = {
    create: handle.func("void *lanewright_create(double)"),
    destroy: handle.func("void lanewright_destroy(void *)"),
    ports: handle.func("void *lanewright_ports(void *)"),
    evaluate: handle.func("int lanewright_eval(void *)"),
    step: handle.func("int lanewright_step(void *, uint32_t)"),
    text: handle.func("const char *lanewright_text(void *)"),
    error: handle.func("const char *lanewright_error(void *)"),
    clearText: handle.func("void lanewright_clear_text(void *)"),
    cycles: handle.func("double lanewright_cycles(void *)"),
    final: handle.func("void lanewright_final(void *)"),
    ...(has.clocks !== undefined && {
      edge: handle.func("int lanewright_edge(void *, uint32_t, double)"),
    }),
    ...(has.trace && {
      traceOpen: handle.func("int lanewright_trace_open(void *, const char *)"),
      traceClose: handle.func("void lanewright_trace_close(void *)"),
    }),
    ...(has.coverage && {
      coverageWrite: handle.func("void lanewright_coverage_write(void *, const char *)"),
    }),
  };
  loaded.set(path, library);
  return library;
}

/** The table of ports of an instance, `count` rows. */
export function readPorts(library: Library, handle: Handle, count: number): PortRow[] {
  return koffi.decode(library.ports(handle), koffi.array(row, count)) as PortRow[];
}

/** The `bytes` bytes of memory at `address`, not copied. */
export function memoryAt(address: bigint, bytes: number): ArrayBuffer {
  return koffi.view(address, bytes);
}
