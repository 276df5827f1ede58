/** Results as JUnit XML, as CI systems read it: a suite a device, a case an item. */
import { escaped } from "./markup.ts";
import type { ItemResult, RegressionResult } from "./results.ts";
import { sumOf } from "./results.ts";

export function junitOf(result: RegressionResult): string {
  const suites = result.devices.map(({ description }) => {
    const own = result.results.filter(({ id }) => id.startsWith(`${description}/`));
    return { description, own };
  });
  const body = suites.map(({ description, own }) => {
    const short = result.devices.find((one) => one.description === description);
    const cases = own.map((one) => caseOf(result.name, description, one));
    const minimum = short?.minimumPackets ?? 0;
    const complete = own.every(({ verdict }) => verdict !== "open");
    const tooFew = complete && (short?.packets ?? 0) < minimum;
    if (minimum > 0 && complete) {
      const text = `${short?.packets} packets, the plan asks for ${minimum}`;
      const inner = tooFew
        ? `>\n      <failure message="${escaped(text)}" type="packets"/>\n    </testcase>`
        : "/>";
      cases.push(
        `    <testcase name="packets" classname="${escaped(`${result.name}.${description}`)}" time="0"${inner}`,
      );
    }
    const counts = countsOf(own, minimum > 0 && complete ? 1 : 0, tooFew ? 1 : 0);
    return `  <testsuite name="${escaped(description)}" ${counts}>\n${cases.join("\n")}\n  </testsuite>`;
  });
  const checked = body.join("\n");
  const total = (pattern: RegExp): number => [...checked.matchAll(pattern)].length;
  const counts = `tests="${total(/<testcase /g)}" failures="${total(/<failure /g)}" errors="0" skipped="${total(/<skipped /g)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${escaped(result.name)}" ${counts} time="${result.seconds.toFixed(3)}">
${checked}
</testsuites>
`;
}

function countsOf(own: readonly ItemResult[], moreTests: number, moreFailures: number): string {
  const count = (verdict: ItemResult["verdict"]): number =>
    own.filter((one) => one.verdict === verdict).length;
  const time = sumOf(own, ({ seconds }) => seconds).toFixed(3);
  const failures = count("failed") + moreFailures;
  return `tests="${own.length + moreTests}" failures="${failures}" errors="0" skipped="${count("open")}" time="${time}"`;
}

function caseOf(plan: string, description: string, one: ItemResult): string {
  const name = one.id.slice(description.length + 1);
  const head = `    <testcase name="${escaped(name)}" classname="${escaped(`${plan}.${description}`)}" time="${one.seconds.toFixed(3)}"`;
  if (one.verdict === "passed") return `${head}/>`;
  if (one.verdict === "open") return `${head}>\n      <skipped message="not run"/>\n    </testcase>`;
  const message = escaped((one.failure ?? "").split("\n")[0]!.slice(0, 300));
  const text = escaped(`${one.failure}\n\nonce more:\n${one.reproduce}\n`);
  return `${head}>\n      <failure message="${message}" type="failure">${text}</failure>\n    </testcase>`;
}
