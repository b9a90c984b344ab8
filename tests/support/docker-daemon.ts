import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";
import { findProgram } from "../../cli/doctor/find-program.ts";

/** A Docker engine that tests may use as they like. */
export interface TestEngine {
  /** `unix:///path/to/docker.sock`. */
  readonly host: string;
  readonly socketPath: string;
  /** Id of an image that has Python and little else. */
  readonly image: string;
}

/** An engine of one's own: own socket, own data, no network. */
export interface PrivateDaemon extends TestEngine {
  readonly process: ChildProcess;
  /** kill -9 of the daemon; containers go on. */
  kill(): Promise<void>;
  /** Starts it again over its data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Why there is no engine: a tool that could be installed, or a machine that does not allow one. */
export interface NoEngine {
  readonly missing: string;
  readonly installable: boolean;
}

/** Whether a private engine can be started here, or why not. */
export function missingDaemon(): NoEngine | null {
  const never = (missing: string): NoEngine => ({ missing, installable: false });
  if (process.platform !== "linux") return never("Docker's daemon needs Linux");
  if (process.getuid?.() !== 0) return never("a private dockerd needs root");
  const missing = ["dockerd", "containerd", "runc", "docker-init"].filter(
    (name) => findProgram([name]) === null && !existsSync(`/usr/sbin/${name}`),
  );
  if (missing.length > 0) {
    const reason = `no ${missing.join(", ")} (Debian: apt-get install docker.io)`;
    return { missing: reason, installable: true };
  }
  try {
    accessSync("/sys/fs/cgroup", constants.R_OK);
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
  } catch {
    return never("this machine lets nobody make namespaces");
  }
  return null;
}

/** An engine of the machine's that answers, or null. */
export async function runningEngine(): Promise<{ host: string; socketPath: string } | null> {
  const host = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  if (!host.startsWith("unix://")) return null;
  const socketPath = host.slice("unix://".length);
  try {
    await new Docker({ socketPath, timeout: 3_000 }).ping();
    return { host, socketPath };
  } catch {
    return null;
  }
}

/**
 * Starts a daemon under a temporary folder. Containers go on while it is down (`live-restore`), as docs/operations.md asks for. It
 * ends with the process that started it, however that ends.
 */
export async function startDaemon(): Promise<PrivateDaemon> {
  // A socket's path may have 107 characters.
  const folder = mkdtempSync(join(tmpdir(), "dojo-docker-"));
  const socketPath = join(folder, "docker.sock");
  const log = join(folder, "log");
  // Not the machine's own.
  const settings = join(folder, "daemon.json");
  writeFileSync(settings, "{}");
  const launch = (): ChildProcess => {
    const output = openSync(log, "a");
    const options = [
      ...["--host", `unix://${socketPath}`, "--data-root", join(folder, "data")],
      ...["--exec-root", join(folder, "exec"), "--pidfile", join(folder, "pid")],
      ...["--config-file", settings, "--log-level", "warn"],
      // Jobs have no network, so the engine needs none either.
      ...["--bridge", "none", "--iptables=false", "--ip6tables=false", "--live-restore"],
    ];
    return spawn("setpriv", ["--pdeathsig", "TERM", "dockerd", ...options], {
      stdio: ["ignore", output, output],
      env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
  };
  const docker = new Docker({ socketPath, timeout: 10_000 });
  const ready = async (child: ChildProcess): Promise<void> => {
    while (child.exitCode === null && child.signalCode === null) {
      try {
        await docker.ping();
        return;
      } catch {
        await delay(50);
      }
    }
    throw new Error(`dockerd ended:\n${readFileSync(log, "utf8").slice(-4000)}`);
  };
  const ended = (child: ChildProcess): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) resolve();
      else child.once("exit", () => resolve());
    });

  let child = launch();
  await ready(child);
  const image = await importBase(socketPath);
  return {
    host: `unix://${socketPath}`,
    socketPath,
    image,
    get process() {
      return child;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended(child);
      // It takes its containerd along, whose zombie looks alive to the next one where nobody reaps it.
      await rm(join(folder, "exec", "containerd", "containerd.pid"), { force: true });
      await rm(join(folder, "pid"), { force: true });
    },
    restart: async () => {
      child = launch();
      await ready(child);
    },
    stop: async () => {
      // With live-restore the daemon would leave its containers running.
      for (const { Id } of await docker.listContainers({ all: true }).catch(() => [])) {
        await docker
          .getContainer(Id)
          .remove({ force: true })
          .catch(() => {});
      }
      child.kill("SIGTERM");
      await ended(child);
      unmountBelow(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A daemon that ends in a hurry leaves mounts. */
function unmountBelow(folder: string): void {
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.sort().reverse()) execFileSync("umount", ["--lazy", path]);
}

/** Imports the small image of the tests and returns its id. */
export async function importBase(socketPath: string): Promise<string> {
  const python = process.env.DOJO_PYTHON ?? "python3";
  const maker = join(import.meta.dirname, "base_image.py");
  const child = spawn(python, [maker], { stdio: ["ignore", "pipe", "inherit"] });
  const docker = new Docker({ socketPath });
  const answer = await docker.importImage(child.stdout, { repo: "ft-dojo-test" });
  let text = "";
  for await (const piece of answer) text += String(piece);
  const id = /sha256:[0-9a-f]{64}/.exec(text)?.[0];
  if (id === undefined) throw new Error(`no image was made: ${text}`);
  return id;
}
