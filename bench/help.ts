/** Wall time of `./dojo --help` (median of nine) beside that of an empty Node program: `node bench/help.ts`. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

function median(program: string, args: readonly string[]): number {
  const times = Array.from({ length: 9 }, () => {
    const began = performance.now();
    execFileSync(program, args, { stdio: "ignore" });
    return (performance.now() - began) / 1000;
  }).sort((a, b) => a - b);
  return times[4] ?? 0;
}

const help = median(join(import.meta.dirname, "..", "dojo"), ["--help"]);
const empty = median(process.execPath, ["-e", ""]);
console.log(
  `dojo --help: ${help.toFixed(2)} s (at most 0.5), ${(help / empty).toFixed(1)} times an empty Node program`,
);
