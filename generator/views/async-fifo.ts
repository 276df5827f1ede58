import { header, moduleName } from "./common.ts";
import type { ModuleFile } from "./files.ts";

/** `common/bit_sync` and `common/async_fifo`: all that may stand between two clocks of a device. */
export function asyncFifoModules(host: { readonly name: string }): readonly ModuleFile[] {
  return [
    [
      "bit_sync",
      "common/bit_sync",
      {
        header: header(host, "Takes levels of another clock over into this one."),
        module: moduleName(host, "bit_sync"),
      },
    ],
    [
      "async_fifo",
      "common/async_fifo",
      {
        header: header(host, "FIFO between two clocks that have no relation to each other."),
        module: moduleName(host, "async_fifo"),
        sync_module: moduleName(host, "bit_sync"),
      },
    ],
  ];
}
