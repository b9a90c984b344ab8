import { spawn } from "node:child_process";
import { join } from "node:path";

const launcher = join(import.meta.dirname, "..", "dojo");

/** Runs a verb with `--json` and parses its answer; messages go to the terminal. Throws when it fails. */
export function dojo<T>(home: string, ...args: readonly string[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(launcher, [...args, "--json"], {
      env: { ...process.env, DOJO_HOME: home, DOJO_HINTS: "off" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    child.stdout.on("data", (data) => {
      stdout += data;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code !== 0) reject(new Error(`dojo ${args.join(" ")} ended with ${code}`));
      else resolve(JSON.parse(stdout) as T);
    });
  });
}

/** Seconds that `work` took, and what it gave. */
export async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly seconds: number; readonly value: T }> {
  const began = performance.now();
  const value = await work();
  return { seconds: (performance.now() - began) / 1000, value };
}
