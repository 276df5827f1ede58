/** What a run leaves behind beside its figures: waves, and captures of the wires. */
import { modelMii } from "../bfm/mii.ts";
import { Model } from "../driver/model.ts";
import { WireTap } from "../run/wire-tap.ts";
import type { SwitchNetwork } from "./network.ts";

export interface WaveOptions {
  /** Path of the switch's FST file; those of hosts have `.pN` in front of the extension. */
  readonly path: string;
  /** Hosts whose devices are written, too. */
  readonly hosts: readonly number[];
  /** First cycle that is written, and how many are. */
  readonly from: number;
  readonly cycles: number;
}

/** Paths of the files that {@link recordWaves} writes. */
export function wavePaths({ path, hosts }: Pick<WaveOptions, "path" | "hosts">): readonly string[] {
  const base = path.replace(/\.fst$/u, "");
  return [`${base}.fst`, ...hosts.map((host) => `${base}.p${host}.fst`)];
}

/** Writes waves of the first switch and of some hosts; their models must be built for it. */
export function recordWaves(network: SwitchNetwork, options: WaveOptions): void {
  const models = [network.nodes[0]!.model, ...options.hosts.map((host) => network.hosts[host - 1]!.model)];
  const real = models.filter((model): model is Model => model instanceof Model);
  const paths = wavePaths(options);
  network.watchers.push((cycle) => {
    if (cycle === options.from) for (const [index, model] of real.entries()) model.traceOpen(paths[index]!);
    else if (cycle === options.from + options.cycles) for (const model of real) model.traceClose();
  });
}

/** Records what each external port of the first switch sends and receives, a file a port. Close the taps in the end. */
export function recordWires(
  network: SwitchNetwork,
  pathOf: (port: number) => string,
  frameLimit: number,
): readonly WireTap[] {
  const { model } = network.nodes[0]!;
  const { clockMHz, ports, port: link } = network.design;
  const taps = Array.from({ length: ports }, (_, index) => {
    const prefix = `p${index + 1}`;
    const name = `port ${index + 1}`;
    const options = { path: pathOf(index + 1), name, prefix, clockMHz, rateGbps: link.rateGbps, frameLimit };
    return new WireTap(model, modelMii(model, prefix), options);
  });
  network.watchers.push((cycle) => {
    for (const tap of taps) tap.tick(cycle);
  });
  return taps;
}
