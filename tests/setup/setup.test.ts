import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { onPath } from "../../workers/temporal-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = join(import.meta.dirname, "..", "..");

/** A machine whose npm, go, temporal and Python packages are scripts that write down how they were called. */
interface Machine {
  readonly folder: string;
  readonly cache: string;
  /** Puts a program on the machine's PATH. */
  program(name: string, script: string): void;
  remove(name: string): void;
  /** Lines that the programs wrote, each with the program's name in front. */
  calls(name: string): string[];
  clone(name: string): string;
  /** Runs `make setup` of a clone; resolves to exit code and output. */
  setUp(clone: string, env?: Record<string, string>): Promise<{ code: number; output: string }>;
}

const NPM = `case "$1" in
  --version) echo 10.0.0 ;;
  ci) mkdir -p node_modules/.bin && printf '#!/bin/sh\\necho v24.0.0\\n' > node_modules/.bin/node && chmod +x node_modules/.bin/node ;;
esac`;

const GO = `printf '#!/bin/sh\\necho "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"\\n' > "$GOBIN/temporal" && chmod +x "$GOBIN/temporal"`;

/** Makes environments whose python notes its calls; everything else is the real Python's. */
const PYTHON = `if [ "$1" = -m ] && [ "$2" = venv ]; then
  mkdir -p "$3/bin"
  cp "$MACHINE/venv-python" "$3/bin/python"
else
  exec "$REAL_PYTHON" "$@"
fi`;

const VENV_PYTHON = `#!/bin/sh
echo "venv-python $*" >> "$MACHINE/calls"
case "$*" in
  *"version_info"*) exit 1 ;;
  *"show torch"*) [ -e "$MACHINE/torch-installed" ] ;;
  *"install torch"*) [ ! -e "$MACHINE/network-down" ] && touch "$MACHINE/torch-installed" ;;
  *"install -r"*) [ ! -e "$MACHINE/network-down" ] ;;
  --version) echo Python 3.11.0 ;;
  *) exit 0 ;;
esac`;

/** The only programs of the real machine that set-up finds here. */
const SYSTEM = [
  ...["awk", "bash", "cat", "chmod", "cp", "cut", "date", "dirname", "env", "grep", "gzip", "head"],
  ...["kill", "ls", "mkdir", "mv", "rm", "sed", "sh", "sha256sum", "sleep", "tail", "tar", "touch"],
  ...["tr", "uname"],
];

function machine(): Machine {
  const folder = temporaryFolder();
  const bin = join(folder, "bin");
  const log = join(folder, "calls");
  const cache = join(folder, "cache");
  mkdirSync(bin);
  writeFileSync(log, "");
  for (const name of SYSTEM) {
    const path = onPath(name);
    if (path !== null) symlinkSync(path, join(bin, name));
  }
  writeFileSync(join(folder, "venv-python"), VENV_PYTHON, { mode: 0o755 });
  const program = (name: string, script: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\necho "${name} $*" >> "$MACHINE/calls"\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program("node", "echo v20.1.0");
  program("npm", NPM);
  program("go", GO);
  program("python3", PYTHON);
  program("curl", "exit 6");
  return {
    folder,
    cache,
    program,
    remove: (name) => rmSync(join(bin, name)),
    calls: (name) =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line.startsWith(`${name} `)),
    clone: (name) => {
      const clone = join(folder, name);
      const parts = [
        "Makefile",
        "setup",
        "package.json",
        "package-lock.json",
        "tests/requirements.txt",
      ];
      for (const part of [...parts, "sandbox-images/trainer", "sandbox-images/evaluator"]) {
        cpSync(join(root, part), join(clone, part), { recursive: true });
      }
      return clone;
    },
    setUp: (clone, env = {}) =>
      new Promise((resolve) => {
        const child = spawn("bash", [join(clone, "setup", "setup.sh")], {
          stdio: ["ignore", "pipe", "pipe"],
          env: {
            ...{ PATH: bin, HOME: folder, MACHINE: folder, DOJO_CACHE: cache },
            ...{ REAL_PYTHON: process.env.DOJO_PYTHON ?? "/usr/bin/python3" },
            ...env,
          },
        });
        let output = "";
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding("utf8").on("data", (text: string) => {
            output += text;
          });
        }
        child.once("close", (code) => resolve({ code: code ?? -1, output }));
      }),
  };
}

test("a first set-up does four steps, a second one finds nothing to do", async () => {
  const here = machine();
  const clone = here.clone("clone");
  const first = await here.setUp(clone);
  expect(first.output).toMatch(/\[4\/4\] Python environment: installed/);
  expect(first.code).toBe(0);
  const second = await here.setUp(clone);
  expect(second.code).toBe(0);
  expect(second.output).toMatch(/npm packages and Node 24: unchanged/);
  expect(second.output).toMatch(/Temporal CLI: cached/);
  expect(second.output).toMatch(/Python environment: cached/);
  expect(here.calls("npm").filter((call) => call.startsWith("npm ci"))).toHaveLength(1);
  expect(here.calls("go")).toHaveLength(1);
});

test("a second clone takes what is large from the cache", async () => {
  const here = machine();
  await here.setUp(here.clone("one"));
  const { code } = await here.setUp(here.clone("two"));
  expect(code).toBe(0);
  expect(here.calls("go")).toHaveLength(1);
  expect(here.calls("venv-python").filter((call) => call.includes("install -r"))).toHaveLength(1);
});

test("other pins make another environment", async () => {
  const here = machine();
  const clone = here.clone("clone");
  await here.setUp(clone);
  writeFileSync(join(clone, "sandbox-images/trainer/requirements.lock"), "torch==9.9.9\n");
  const { output } = await here.setUp(clone);
  expect(output).toMatch(/Python environment: installed/);
});

test("where torch's own index answers, its CPU build is taken", async () => {
  const here = machine();
  here.program("curl", 'case "$*" in *whl/torch/*) exit 0 ;; *) exit 6 ;; esac');
  await here.setUp(here.clone("clone"), { DOJO_TORCH_INDEX: "http://127.0.0.1:1/whl" });
  const [install] = here.calls("venv-python").filter((call) => call.includes("torch=="));
  expect(install).toContain("--index-url http://127.0.0.1:1/whl torch==");
});

test("a set-up that was cut off goes on with the environment that it began", async () => {
  const here = machine();
  const clone = here.clone("clone");
  writeFileSync(join(here.folder, "network-down"), "");
  const cut = await here.setUp(clone);
  expect(cut.code).toBe(1);
  expect(cut.output).toMatch(/pip could not install torch\n.*-> check that pip reaches its index/);
  rmSync(join(here.folder, "network-down"));
  const { code, output } = await here.setUp(clone);
  expect(output).toMatch(/npm packages and Node 24: unchanged/);
  expect(code).toBe(0);
  expect(here.calls("python3").filter((call) => call.includes("-m venv"))).toHaveLength(1);
});

test("npm that fails is tried again the next time", async () => {
  const here = machine();
  const clone = here.clone("clone");
  here.program(
    "npm",
    'case "$1" in --version) echo 10 ;; *) echo "network is down" >&2; exit 1 ;; esac',
  );
  const failed = await here.setUp(clone);
  expect(failed.code).toBe(1);
  expect(failed.output).toMatch(/network is down/);
  expect(failed.output).toMatch(/npm ci failed/);
  here.program("npm", NPM);
  expect((await here.setUp(clone)).code).toBe(0);
});

test("two set-ups at once build the Temporal CLI once", async () => {
  const here = machine();
  here.program("go", `sleep 0.5\n${GO}`);
  const both = await Promise.all([here.setUp(here.clone("one")), here.setUp(here.clone("two"))]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(here.calls("go")).toHaveLength(1);
  expect(existsSync(join(here.cache, "temporal-cli"))).toBe(true);
});

test.each([
  ["npm", (here: Machine) => here.remove("npm"), /npm is missing/],
  [
    "Node",
    (here: Machine) => here.program("node", "echo v18.0.0"),
    /Node\.js v18\.0\.0 is too old/,
  ],
  ["go", (here: Machine) => here.remove("go"), /go is missing to build it/],
])("without %s it says what is missing and how to get it", async (_tool, without, expected) => {
  const here = machine();
  without(here);
  const { code, output } = await here.setUp(here.clone("clone"));
  expect(code).toBe(1);
  expect(output).toMatch(expected);
  expect(output).toMatch(/ {2}-> .*(apt-get install|brew install|install )/);
});
