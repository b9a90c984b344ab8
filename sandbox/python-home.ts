import { execFileSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { z } from "zod";
import { SandboxError } from "./sandbox-error.ts";

/** What a job needs to run the interpreter: its path, and the folders that hold it and its packages. */
export interface PythonHome {
  readonly executable: string;
  /** Absolute paths; each also by its real path where that differs. */
  readonly roots: readonly string[];
}

const PROGRAM =
  "import json, sys; print(json.dumps({'executable': sys.executable, 'prefixes': [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]}))";

const found = new Map<string, PythonHome>();

/**
 * Asks the interpreter where it lives (a virtual environment and the installation it was made from may be far apart). The answer
 * is kept for the life of the process. Throws {@link SandboxError} when it can't be run or lives in `/`.
 */
export function pythonHome(python: string): PythonHome {
  const known = found.get(python);
  if (known !== undefined) return known;
  let text: string;
  try {
    text = execFileSync(python, ["-I", "-c", PROGRAM], { encoding: "utf8", timeout: 30_000 });
  } catch (cause) {
    throw new SandboxError(`python interpreter ${python} can't be run: check DOJO_PYTHON`, {
      cause,
    });
  }
  const answer = z
    .object({ executable: z.string().min(1), prefixes: z.array(z.string()) })
    .parse(JSON.parse(text));
  const roots = new Set(answer.prefixes.flatMap((prefix) => [prefix, realpathSync(prefix)]));
  if (roots.has("/")) {
    throw new SandboxError(`python interpreter ${python} has the prefix "/": use another one`);
  }
  const home = { executable: answer.executable, roots: [...roots] };
  found.set(python, home);
  return home;
}
