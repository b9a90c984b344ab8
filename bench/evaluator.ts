/** Time of audit and scorers on data of the full tier's size: `node bench/evaluator.ts`. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const { status } = spawnSync(
  process.env.DOJO_PYTHON ?? "python3",
  [join(import.meta.dirname, "evaluator.py")],
  { stdio: ["ignore", "inherit", "inherit"] },
);
process.exitCode = status ?? 1;
