/** Runs the benchmarks named, or all: `node bench/bench.ts [help evaluator history study overhead drivers agents]`. The last one takes hours. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ALL = ["help", "evaluator", "history", "study", "overhead", "drivers", "agents"];
const wanted = process.argv.length > 2 ? process.argv.slice(2) : ALL;
const unknown = wanted.filter((name) => !ALL.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(", ")}; there are ${ALL.join(", ")}`);
  process.exit(2);
}
for (const name of wanted) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) process.exitCode = 1;
}
