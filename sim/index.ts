export { AxiLite, axiResponse } from "./bfm/axil.ts";
export { AxisSink } from "./bfm/axis-sink.ts";
export { AxisSource } from "./bfm/axis-source.ts";
export { Cable, Channel } from "./bfm/channel.ts";
export { LaneChannel, type LaneChannelOptions } from "./bfm/lanes.ts";
export { LinkPartner } from "./bfm/link-partner.ts";
export { modelMii } from "./bfm/mii.ts";
export { MiiMonitor } from "./bfm/mii-monitor.ts";
export { type BuildOptions, type BuiltModel, buildModel, cacheFolder } from "./build/index.ts";
export { type CoverGroup, coverGroup } from "./coverage/points.ts";
export * from "./driver/index.ts";
export { buildPacket, parsePacket } from "./reference/packet.ts";
export { readTag, taggedPacket } from "./reference/tagged.ts";
export type { RegressionScenario, ScenarioResult, ScenarioRun } from "./regress/scenario.ts";
export * from "./run/index.ts";
export { Histogram } from "./scoreboard/histogram.ts";
export { Scoreboard } from "./scoreboard/scoreboard.ts";
export * from "./switch/index.ts";
export { LoadGenerator } from "./traffic/load.ts";
export {
  type DestinationPattern,
  imixSizes,
  type PatternTraffic,
  patternDemands,
  rdmaSizes,
  type SizeMix,
} from "./traffic/patterns.ts";
export { freshSeed, parseSeed, Rng, seedText, withSeed } from "./traffic/rng.ts";
