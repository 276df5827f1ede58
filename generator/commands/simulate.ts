import type { Command } from "commander";
import { loadDesign } from "./load-design.ts";
import { simulateLink } from "./simulate-link.ts";
import { simulateNic } from "./simulate-nic.ts";
import { addOptions, checkOptions, type SimulateOptions } from "./simulate-options.ts";
import { simulateSwitch } from "./simulate-switch.ts";

const help = `
A link: two ports of it are joined by a cable of the described length, both send and receive. Without options that choose
traffic there are three phases: the project's capture of RDMA traffic as native InfiniBand; a saturating load of 4 KiB
packets (the MTU, if that is less) over all data lanes; the same with bit errors and bursts on the cable. With one of
--pattern, --pcap, --load, --payload, --packets, --vls, --ber, --burst there is one phase, of the pattern saturate unless
another one is named.

A switch: at each external port a cable leads to a host, a link of the same kind, which generates packets whether they are
taken or not and keeps those that wait. Without options that choose traffic: the capture, uniform random destinations,
everybody to one port, uniform again with errors. --sweep runs one pattern at one load after the other and draws
throughput and latency. Latency counts from the generation of a packet, and beside that from its start on the wire.
Sizes are those of packets on the wire, LRH through VCRC; loads are parts of the wire's time, framing included.

An adapter: two of them on a cable of the described length, each with host memory that answers after 40 cycles. Queue pairs
ask in both directions, with as many messages on their way as fill the wire; what is in memory when a message is complete is
compared byte by byte, and so are completions and their order. Without options that choose traffic: WRITE and READ of 64 KiB
on one queue pair, all operations at random on four, the same with bit errors. Latency counts from the posting by software
to the completion in host memory; a phase ends when all is complete.

Written to --out: results.json; of a link with an MII, or adapters, p0.pcapng and p1.pcapng with what each port sent and received, VCRC
included, in simulated time; of a switch the same for each port when --pcapng-frames asks for it, and load.svg of a
sweep. Goodput counts payload bytes only.

Exit codes: 0 every packet came once, in order and unchanged, or was dropped where the tables say so, and counted; 1 not
so, or not all came in the end (a deadlock is named): the seed and a command that repeats the run with waves are
printed; 2 wrong input; 3 a tool is missing; 130 interrupted by Ctrl-C, with the results so far.

Examples:
  $ lanewright simulate examples/link-400g.ts
  $ lanewright simulate link.ts --pattern random --ber 1e-6 --burst 200 --cycles 100000
  $ lanewright simulate link.ts --pcap my-capture.pcap --out out/mine
  $ lanewright simulate link.ts --payload 256 --load 0.5 --vls 0,3 --json
  $ lanewright simulate link.ts --pattern random --packets 50 --seed 7 --trace waves.fst --trace-cycles 3000
  $ lanewright simulate leaf4.ts --pattern uniform --size 4096 --sweep 0.1:1.0
  $ lanewright simulate nic.ts --pattern write --payload 65536 --qps 4
  $ lanewright simulate nic.ts --pattern mixed --qps 16 --ber 1e-6 --cycles 50000
  $ lanewright simulate leaf4.ts --pattern hotspot --hotspot 3 --load 0.5 --size rdma --arrivals bursty
`;

/** Adds the command `simulate` to the command line. */
export function register(program: Command): void {
  const command = program
    .command("simulate")
    .description("run traffic over two ports of a link, a switch, or two adapters, and account for all of it")
    .argument("<file>", "description: TypeScript or JSON");
  addOptions(command).addHelpText("after", help).action(run);
}

async function run(file: string, options: SimulateOptions, command: Command): Promise<void> {
  const design = await loadDesign(file);
  checkOptions(design.kind, command);
  if (design.kind === "switch") await simulateSwitch(design, options, { file, command });
  else if (design.kind === "nic") await simulateNic(design, options, { file, command });
  else await simulateLink(design, options, { file, command });
}
