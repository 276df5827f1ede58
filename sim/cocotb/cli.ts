import { Command } from "commander";
import { endQuietly, report } from "../../generator/cli.ts";
import { configure } from "./command.ts";

/** Runs the command line `argv` (as process.argv) and sets the exit code of the process. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on("error", endQuietly);
  const json = argv.includes("--json");
  const command = new Command("cocotb-runner-cli")
    .description("Runs Python benches with cocotb against a generated device.")
    .showHelpAfterError(json ? false : "(cocotb-runner-cli --help shows what there is)")
    .configureOutput(json ? { writeErr: () => {} } : {})
    .exitOverride();
  try {
    await configure(command).parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error, json, "cocotb-runner-cli --help");
  }
}
