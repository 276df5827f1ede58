import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Diagnostic, formatDiagnostic, formatDiagnostics, LanewrightError } from "./diagnostics.ts";

const problem: Diagnostic = {
  code: "LW_OUT_OF_RANGE",
  severity: "error",
  message: "clockMHz is out of range",
  value: "0.4",
  limit: "1 ... 2000",
  remedy: "write clockMHz: 400",
  at: { file: "/home/me/link.ts", line: 3, column: 7 },
};

describe("formatDiagnostic", () => {
  it("shows place, value, limit and remedy, the file relative to the base", () => {
    expect(formatDiagnostic(problem, { color: false, base: "/home/me" })).toBe(
      [
        "error LW_OUT_OF_RANGE: clockMHz is out of range",
        "  at:     link.ts:3:7",
        "  value:  0.4",
        "  limit:  1 ... 2000",
        "  remedy: write clockMHz: 400",
      ].join("\n"),
    );
  });

  it("keeps the whole path of a file elsewhere, and leaves out what is not known", () => {
    const { value: _value, limit: _limit, remedy: _remedy, ...bare } = problem;
    const text = formatDiagnostics([bare, bare], { color: false, base: join("/home", "you") });
    expect(text.split("\n\n")).toHaveLength(2);
    expect(text).toContain("at:     /home/me/link.ts:3:7");
    expect(text).not.toContain("value:");
  });

  it("paints only when told to, or on a terminal", () => {
    const escapeCode = String.fromCharCode(27);
    expect(formatDiagnostic(problem, { color: true })).toContain(escapeCode);
    expect(formatDiagnostic(problem, { color: false })).not.toContain(escapeCode);
  });
});

describe("LanewrightError", () => {
  it("carries all problems, its exit code and its cause", () => {
    const cause = new Error("why");
    const error = new LanewrightError([problem, problem], { exitCode: 3, cause });
    expect(error.diagnostics).toHaveLength(2);
    expect(error.exitCode).toBe(3);
    expect(error.cause).toBe(cause);
    expect(error.message).toContain("LW_OUT_OF_RANGE: clockMHz is out of range");
    expect(new LanewrightError(problem).exitCode).toBe(2);
  });
});
