/** A Slurm of one node, this machine, in a temporary folder: munged, slurmctld, slurmd on ports of its own. */
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const daemons = { munged: "/usr/sbin/munged", slurmctld: "/usr/sbin/slurmctld", slurmd: "/usr/sbin/slurmd" };
const packages = ["slurm-wlm", "munge"];

export interface SlurmNode {
  readonly conf: string;
  readonly stop: () => Promise<void>;
}

/** Why there can be no Slurm here; null when there can. It is installed first where that is possible. */
export function slurmMissing(): string | null {
  if (process.platform !== "linux") return "Slurm runs on Linux";
  if (process.getuid?.() !== 0) return "starting Slurm's daemons takes root";
  const lacks = (): readonly string[] =>
    Object.entries(daemons).flatMap(([name, path]) => (existsSync(path) ? [] : [name]));
  if (lacks().length === 0) return null;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...args: string[]): void => {
    spawnSync("apt-get", args, { env, stdio: "ignore" });
  };
  apt("update", "-q");
  apt("install", "-y", "-q", "--no-install-recommends", ...packages);
  const still = lacks();
  return still.length === 0
    ? null
    : `not installed: ${still.join(", ")}; apt-get install ${packages.join(" ")}`;
}

/** Starts it and waits until its node takes jobs. */
export async function startSlurm(): Promise<SlurmNode> {
  const folder = mkdtempSync(join(tmpdir(), "lanewright-slurm-"));
  for (const name of ["munge", "state", "spool"]) mkdirSync(join(folder, name));
  chmodSync(folder, 0o755);
  chmodSync(join(folder, "munge"), 0o711);
  const key = join(folder, "munge/key");
  writeFileSync(key, randomBytes(1024), { mode: 0o600 });
  const socket = join(folder, "munge/socket");
  const port = 20_000 + 4 * (process.pid % 5000);
  const conf = join(folder, "slurm.conf");
  const host = hostname();
  writeFileSync(
    conf,
    `ClusterName=lanewright
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmctldPort=${port}
SlurmdPort=${port + 1}
AuthType=auth/munge
AuthInfo=socket=${socket}
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
KillWait=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${availableParallelism()} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
  );
  const env = { ...process.env, SLURM_CONF: conf };
  const start = (path: string, ...args: string[]) => spawn(path, args, { env, stdio: "ignore" });
  const files = ["pid", "log", "seed"].map((name) => `--${name}-file=${folder}/munge/${name}`);
  const munge = ["--foreground", `--key-file=${key}`, `--socket=${socket}`, ...files];
  const children = [start(daemons.munged, ...munge)];
  const stop = async (): Promise<void> => {
    for (const child of children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(late);
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until(() => existsSync(socket), "munged has its socket");
    children.push(start(daemons.slurmctld, "-D", "-c", "-L", join(folder, "slurmctld.log")));
    await until(
      () => spawnSync("scontrol", ["ping"], { env, encoding: "utf8" }).stdout.includes("UP"),
      "slurmctld is up",
    );
    children.push(start(daemons.slurmd, "-D", "-L", join(folder, "slurmd.log")));
    const idle = (): boolean =>
      spawnSync("sinfo", ["-h", "-o", "%T"], { env, encoding: "utf8" }).stdout.trim() === "idle";
    await until(idle, "its node is idle");
    return { conf, stop };
  } catch (cause) {
    const logs = ["slurmctld.log", "slurmd.log", "munge/log"].map((name) => join(folder, name));
    const words = logs
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, "utf8").slice(-1000));
    await stop();
    throw new Error(`Slurm does not start: ${String(cause)}\n${words.join("\n")}`, { cause });
  }
}

async function until(done: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (done()) return;
    await sleep(200);
  }
  throw new Error(`after 40 s it is still not so that ${what}`);
}
