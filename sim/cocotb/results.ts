/** What the tests of a run came to: read from cocotb's `results.xml`, written as JUnit XML and in words. */
import { readFileSync } from "node:fs";
import { execa } from "execa";

/** One test of a run. */
export interface TestResult {
  readonly module: string;
  readonly name: string;
  readonly verdict: "passed" | "failed" | "skipped";
  readonly seconds: number;
  readonly simulatedNs: number;
  /** Place of the test in its file. */
  readonly file: string;
  readonly line: number;
  /** What cocotb says about the failure. */
  readonly message?: string;
}

/** All tests of a run, in their order. */
export interface RunResults {
  readonly tests: readonly TestResult[];
  readonly seed?: string;
}

const reader = `
import json, sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
tests = []
for case in root.iter("testcase"):
    failure = case.find("failure")
    if failure is None:
        failure = case.find("error")
    verdict = "failed" if failure is not None else "skipped" if case.find("skipped") is not None else "passed"
    row = {"module": case.get("classname", ""), "name": case.get("name", ""), "verdict": verdict,
           "seconds": float(case.get("time", 0)), "simulatedNs": float(case.get("sim_time_ns", 0)),
           "file": case.get("file", ""), "line": int(case.get("lineno", 0))}
    if failure is not None:
        words = " ".join(filter(None, [failure.get("message"), failure.get("error_msg"), failure.text]))
        row["message"] = words or "the test failed; the log above says why"
    tests.append(row)
answer = {"tests": tests}
for entry in root.iter("property"):
    if entry.get("name") == "random_seed":
        answer["seed"] = entry.get("value")
print(json.dumps(answer))
`;

/** Reads `results.xml` with the Python that wrote it; undefined when there is none, or not a whole one. */
export async function readResults(path: string, python: string): Promise<RunResults | undefined> {
  try {
    readFileSync(path);
  } catch {
    return undefined;
  }
  const { exitCode, stdout } = await execa(python, ["-c", reader, path], { reject: false, stdin: "ignore" });
  return exitCode === 0 ? (JSON.parse(stdout) as RunResults) : undefined;
}

/** How many tests had a verdict. */
export function countOf(tests: readonly TestResult[], verdict: TestResult["verdict"]): number {
  return tests.filter((test) => test.verdict === verdict).length;
}

/** JUnit XML as continuous integration reads it. @param broken why there are no results, where there are none */
export function junitText(suite: string, results: RunResults | undefined, broken?: string): string {
  const tests = results?.tests ?? [];
  const seconds = tests.reduce((sum, test) => sum + test.seconds, 0);
  const counts = [
    `tests="${tests.length + (broken === undefined ? 0 : 1)}"`,
    `failures="${countOf(tests, "failed")}"`,
    `errors="${broken === undefined ? 0 : 1}"`,
    `skipped="${countOf(tests, "skipped")}"`,
    `time="${seconds.toFixed(3)}"`,
  ].join(" ");
  const seed = results?.seed;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="${escaped(suite)}" ${counts}>`,
    ...(seed === undefined
      ? []
      : [
          "    <properties>",
          `      <property name="random_seed" value="${escaped(seed)}"/>`,
          "    </properties>",
        ]),
    ...tests.flatMap(testCase),
    ...(broken === undefined
      ? []
      : [
          `    <testcase name="simulation" classname="${escaped(suite)}" time="0">`,
          `      <error message="${escaped(broken)}"/>`,
          "    </testcase>",
        ]),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCase(test: TestResult): string[] {
  const place = `file="${escaped(test.file)}" line="${test.line}"`;
  const head = `    <testcase name="${escaped(test.name)}" classname="${escaped(test.module)}" ${place} time="${test.seconds.toFixed(3)}"`;
  if (test.verdict === "passed") return [`${head}/>`];
  const child =
    test.verdict === "skipped" ? "<skipped/>" : `<failure message="${escaped(test.message ?? "")}"/>`;
  return [`${head}>`, `      ${child}`, "    </testcase>"];
}

function escaped(text: string): string {
  const names: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\n": "&#10;",
  };
  return text.replace(/[&<>"\n]/gu, (character) => names[character] ?? character);
}
