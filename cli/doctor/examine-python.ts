import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { type Finding, fine } from "./examine.ts";

/** Packages without which jobs don't run. */
const NEEDED = [
  ...["torch", "transformers", "trl", "peft", "rdkit", "math-verify", "matplotlib", "pandas"],
  ...["jinja2", "pyyaml"],
];

const SCRIPT = `
import importlib.metadata as m, json, platform, sys
versions = {}
for name in sys.argv[1:]:
    try: versions[name] = m.version(name)
    except m.PackageNotFoundError: versions[name] = None
print(json.dumps({"python": platform.python_version(), "packages": versions}))
`;

const answerSchema = z.object({
  python: z.string(),
  packages: z.record(z.string(), z.string().nullable()),
});

/** The Python environment and its packages, by their versions: importing them would take many seconds. */
export async function examinePython(python: string): Promise<Finding[]> {
  const missing = (name: string, detail: string): Finding => ({
    ...{ name, status: "missing", detail },
    advice: "make setup, or set DOJO_PYTHON",
  });
  try {
    const { stdout } = await promisify(execFile)(python, ["-c", SCRIPT, ...NEEDED], {
      timeout: 30_000,
    });
    const answer = answerSchema.parse(JSON.parse(stdout));
    const lacks = NEEDED.filter((name) => answer.packages[name] === null);
    const versions = NEEDED.map((name) => `${name} ${answer.packages[name]}`).join(", ");
    return [
      fine("python", `${python} (${answer.python})`),
      lacks.length === 0
        ? fine("python packages", versions)
        : missing("python packages", `no ${lacks.join(", ")} in ${python}`),
    ];
  } catch (error) {
    return [
      missing("python", `${python} does not run (${(error as Error).message.split("\n")[0]})`),
    ];
  }
}
