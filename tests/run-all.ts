// Runs every check and test of the repository, one runner after the other, and ends with one line over all of them:
// `N passed, N failed, N skipped`. What was skipped is named with its reason. Exit code 1 when anything failed.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, readJunit, readVitest } from "./support/test-outcomes.ts";

const root = join(import.meta.dirname, "..");
const node = process.execPath;
const python = process.env.DOJO_PYTHON ?? "python3";
const bin = (name: string): string => join(root, "node_modules", ".bin", name);

/** One runner: a command, and how its outcomes are read. */
interface Runner {
  readonly name: string;
  readonly command: readonly string[];
  /** Outcomes from the runner's report; null: the command is one check, its exit code is the outcome. */
  readonly read: (() => Outcome[]) | null;
}

const reports = mkdtempSync(join(tmpdir(), "dojo-reports-"));
const vitestReport = join(reports, "vitest.json");
const pytestReport = join(reports, "pytest.xml");

const runners: readonly Runner[] = [
  { name: "lint", command: [bin("biome"), "check", "."], read: null },
  { name: "links in documents", command: [node, "tests/lint/markdown-links.ts"], read: null },
  { name: "type-check", command: [bin("tsc"), "--noEmit"], read: null },
  {
    name: "vitest",
    command: [
      ...[node, join(root, "node_modules", "vitest", "vitest.mjs"), "run"],
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`],
    ],
    read: () => readVitest(readFileSync(vitestReport, "utf8"), root),
  },
  {
    name: "pytest",
    command: [python, "-m", "pytest", "-q", "tests", `--junitxml=${pytestReport}`],
    read: () => readJunit(readFileSync(pytestReport, "utf8")),
  },
];

const outcomes: Outcome[] = [];
for (const runner of runners) outcomes.push(...(await outcomesOf(runner)));
rmSync(reports, { recursive: true, force: true });

for (const { name, reason } of outcomes.filter(({ status }) => status === "skipped")) {
  console.log(`skipped: ${name}${reason === null ? "" : ` (${reason})`}`);
}
for (const { name } of outcomes.filter(({ status }) => status === "failed")) {
  console.log(`failed: ${name}`);
}
const count = (status: Outcome["status"]): number =>
  outcomes.filter((outcome) => outcome.status === status).length;
console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
process.exit(count("failed") === 0 ? 0 : 1);

/** Runs one runner; a runner that fails without a failed test (a crash, no report) counts as one failure. */
async function outcomesOf(runner: Runner): Promise<Outcome[]> {
  console.log(`\n=== ${runner.name}`);
  const exitCode = await run(runner.command);
  const own = (status: Outcome["status"]): Outcome => ({ name: runner.name, status, reason: null });
  if (runner.read === null) return [own(exitCode === 0 ? "passed" : "failed")];
  try {
    const read = runner.read();
    const explained = exitCode === 0 || read.some(({ status }) => status === "failed");
    return explained ? read : [...read, own("failed")];
  } catch (error) {
    console.log(`${runner.name} left no report: ${(error as Error).message}`);
    return [own("failed")];
  }
}

function run(command: readonly string[]): Promise<number> {
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      // Programs that start `node` themselves (npm's shims) shall get this one.
      env: { ...process.env, PATH: `${join(node, "..")}:${process.env.PATH ?? ""}` },
    });
    child.once("error", (error) => {
      console.log(`${program}: ${error.message}`);
      resolve(127);
    });
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
