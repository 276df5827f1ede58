export * from "../../sim/soak/device-end.ts";
