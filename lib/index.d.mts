export * from "../generator/index.ts";
