import { readFileSync } from "node:fs";

/**
 * Counts the tests of a vitest JSON report that truly ran.
 * Arguments: the report, the exit code of the run. Prints "N passed, N failed[, N skipped]"; exit code 1 when a test
 * failed, none ran, or the run died. A file that could not be loaded and a run that ended badly without a failed test
 * count as one failed test each.
 */
const [, , path = "", exitCode = "1"] = process.argv;
let passed = 0;
let failed = 0;
let skipped = 0;
try {
  const report = JSON.parse(readFileSync(path, "utf8"));
  for (const file of report.testResults) {
    const count = (status) => file.assertionResults.filter((one) => one.status === status).length;
    passed += count("passed");
    failed += count("failed");
    skipped += file.assertionResults.length - count("passed") - count("failed");
    if (file.status === "failed" && count("failed") === 0) failed += 1;
  }
} catch {
  failed += 1;
}
if (failed === 0 && (exitCode !== "0" || passed === 0)) failed = 1;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 ? 1 : 0;
