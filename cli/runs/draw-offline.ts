import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Config } from "../../config/load.ts";
import type { Protection } from "../../protocol/stage.ts";
import { ProtectionRefusedError } from "../../sandbox/protection-refused-error.ts";
import type { JobExit, JobHandle, Sandbox } from "../../sandbox/sandbox.ts";
import { CliError, EXIT, failed } from "../cli-error.ts";
import { lastLine, runPython } from "../python.ts";
import { onInterrupt } from "./on-interrupt.ts";

/** Bytes of what all programs drew. */
const MAX_DRAWN_BYTES = 500_000_000;
const STOP_GRACE_MS = 1_000;

/** What the programs in predictions drew: a file for the scorer, and how they were kept apart from this machine. */
export interface Drawn {
  readonly path: string;
  readonly protection: Protection;
}

/**
 * Runs the plotting programs of predictions in a sandbox of their own, as an experiment does, and without a stack. The job sees the
 * items' tables, never their answers. Throws {@link CliError}: 2 for files that can't be used, 1 where nothing protects this
 * machine from the programs and the operator has not allowed that.
 */
export async function drawOffline(
  config: Config,
  what: {
    readonly items: string;
    readonly predictions: string;
    /** For all files; the caller removes it. */
    readonly folder: string;
    readonly allowUnprotected: boolean;
  },
): Promise<Drawn> {
  const { folder } = what;
  const [tables, texts] = [join(folder, "tables.jsonl"), join(folder, "texts.jsonl")];
  const end = await runPython(config, "sandbox-images/evaluator/tables.py", [
    ...["--items", what.items, "--out", tables],
    ...["--predictions", what.predictions, "--texts", texts],
  ]);
  if (end.exitCode === 2) throw new CliError(EXIT.badInput, lastLine(end));
  if (end.exitCode !== 0) throw failed(`the tables can't be read: ${end.stderr}`);

  const { sandboxOf } = await import("../../workers/pool-services.ts");
  const sandbox = sandboxOf({ ...config, home: join(folder, "home") });
  const name = `score-charts-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
  const handle = await start(config, sandbox, { ...what, name, tables, texts });
  try {
    const exit = await handle.wait({ signal: onInterrupt() });
    if (exit.outcome !== "exited" || exit.exitCode !== 0) throw failed(`no charts: ${ended(exit)}`);
    const path = join(folder, "drawn.jsonl");
    await handle.collect("drawn.jsonl", path, MAX_DRAWN_BYTES);
    return { path, protection: exit.protection };
  } finally {
    await handle.stop(STOP_GRACE_MS);
    await sandbox.remove(name);
  }
}

async function start(
  config: Config,
  sandbox: Sandbox,
  what: {
    readonly name: string;
    readonly tables: string;
    readonly texts: string;
    readonly allowUnprotected: boolean;
  },
): Promise<JobHandle> {
  try {
    return await sandbox.start({
      name: what.name,
      digest: createHash("sha256").update(what.name).digest("hex"),
      command: [
        ...["{{python}}", "{{scripts}}/draw.py", "--predictions", "{{texts}}"],
        ...["--tables", "{{tables}}", "--out", "{{out}}"],
      ],
      mounts: {
        scripts: join(config.repository, "sandbox-images", "evaluator"),
        tables: what.tables,
        texts: what.texts,
      },
      env: { PYTHONHASHSEED: "0" },
      writtenBy: "language-model",
      allowUnprotected: what.allowUnprotected || config.sandbox.allowUnprotected,
      // Each program has limits of its own in draw.py.
      limits: { ...config.jobs.sandbox, cpuSeconds: null },
      device: null,
      threads: 1,
      owner: "dojo-score",
      image: "evaluator",
    });
  } catch (error) {
    if (!(error instanceof ProtectionRefusedError)) throw error;
    throw failed(
      "the predictions are programs that a language model wrote, and this host can't isolate them",
      "install bubblewrap, or run them all the same with --allow-unprotected",
    );
  }
}

function ended({ outcome, exitCode, detail, stderrTail }: JobExit): string {
  const last = stderrTail.trimEnd().split("\n").at(-1) ?? "";
  return [outcome, exitCode === null ? "" : `with ${exitCode}`, detail, last]
    .filter((part) => part !== "")
    .join(" ");
}
