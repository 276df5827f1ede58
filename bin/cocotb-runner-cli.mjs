#!/usr/bin/env node
import { register } from "tsx/esm/api";

register();
const { main } = await import("../sim/cocotb/cli.ts");
await main(process.argv);
