/** AXI4-Stream source and sink. */
export { AxisSink, type AxisSinkOptions, type ReceivedPacket } from "./axis-sink.ts";
export { type AxisPacket, AxisSource, type AxisSourceOptions } from "./axis-source.ts";
