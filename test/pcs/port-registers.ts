export { PortRegisters } from "../../sim/soak/port-registers.ts";
