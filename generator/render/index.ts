export { RenderError } from "./guard.ts";
export type { Render } from "./render.ts";
export { createRenderer, renderTemplate, templatesFolder } from "./render.ts";
export { bin, dec, hex, identifier, range, VerilogTextError } from "./verilog.ts";
export type { View, ViewValue } from "./view.ts";
