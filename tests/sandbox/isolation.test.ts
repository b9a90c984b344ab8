import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createProcessSandbox } from "../../sandbox/process.ts";
import { ProtectionRefusedError } from "../../sandbox/protection-refused-error.ts";
import { SandboxError } from "../../sandbox/sandbox-error.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { PYTHON } from "./drivers.ts";
import { DRIVERS, fixture, job, missingDrivers } from "./fixture.ts";

const REPOSITORY = resolve(import.meta.dirname, "../..");

/** A folder that jobs of any user may read. */
function readableFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  return folder;
}

/** Runs code that prints JSON to stderr and gives it back. */
async function report(stack: ReturnType<typeof fixture>, code: string, changes = {}) {
  const handle = await stack.sandbox.start(job(`import json, os, sys\n${code}`, changes));
  const exit = await handle.wait({});
  if (exit.exitCode !== 0) throw new Error(exit.stderrTail || exit.detail);
  return JSON.parse(exit.stderrTail);
}

const ISOLATED = DRIVERS.filter((driver) => driver !== "process");
missingDrivers("isolation");

describe("code that a language model wrote", () => {
  test("is refused without isolation, in one line that says what to do", async () => {
    const { sandbox } = fixture("process");
    expect(sandbox.protection).toBe("unprotected");
    const spec = job("pass", { writtenBy: "language-model" });
    await expect(sandbox.start(spec)).rejects.toThrow(ProtectionRefusedError);
    await expect(sandbox.start(spec)).rejects.toThrow(/install bubblewrap, or allow it explicitly/);
    expect(await sandbox.list()).toEqual([]);
  });

  test("runs without isolation where the operator allows it, and the result says so", async () => {
    const { sandbox } = fixture("process");
    const spec = job("pass", { writtenBy: "language-model", allowUnprotected: true });
    const exit = await (await sandbox.start(spec)).wait({});
    expect(exit).toMatchObject({ exitCode: 0, protection: "unprotected" });
  });

  test.each(ISOLATED)("runs in isolation without being asked, %s", async (driver) => {
    const { sandbox } = fixture(driver);
    const exit = await (await sandbox.start(job("pass", { writtenBy: "language-model" }))).wait({});
    expect(exit).toMatchObject({ exitCode: 0, protection: driver });
  });
});

describe.each(DRIVERS)("what a job is given, %s", (driver) => {
  test("placeholders become paths, and other braces stay as they are", async () => {
    const stack = fixture(driver);
    const folder = readableFolder();
    writeFileSync(join(folder, "a.txt"), "content");
    const code = `
print(json.dumps([open(sys.argv[1] + "/a.txt").read(), os.path.samefile(sys.argv[2], "."), sys.argv[3]]), file=sys.stderr)`;
    const spec = job("");
    const command = ["{{python}}", "-c", `import json, os, sys\n${code}`];
    const answer = await report(stack, "", {
      mounts: { raw: folder },
      command: [...command, "{{raw}}", "{{out}}", "\\boxed{{answer}}"],
      limits: spec.limits,
    });
    expect(answer).toEqual(["content", true, "\\boxed{{answer}}"]);
  });

  test("the environment holds what was asked for and nothing of the worker's", async () => {
    process.env.DOJO_TEST_SECRET = "secret";
    const code = `
initial = open("/proc/1/environ").read() if os.path.exists("/job") else ""
print(json.dumps([dict(os.environ), "SECRET" in initial]), file=sys.stderr)`;
    const [env, leaked] = await report(fixture(driver), code, {
      env: { ASKED: "for" },
      threads: 3,
    });
    delete process.env.DOJO_TEST_SECRET;
    expect(env).toMatchObject({ ASKED: "for", OMP_NUM_THREADS: "3" });
    expect(Object.keys(env)).not.toContain("DOJO_TEST_SECRET");
    expect(leaked).toBe(false);
  });

  test("only the standard streams are inherited, besides the device's lock", async () => {
    const code = `
names = [os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if int(fd) > 2 and os.path.exists(f"/proc/self/fd/{fd}")]
print(json.dumps([name for name in names if not name.endswith("/fd") and "device-cpu-0.lock" not in name]), file=sys.stderr)`;
    expect(await report(fixture(driver), code, { device: "cpu-0" })).toEqual([]);
  });

  test("a spec that can't be run is refused before anything is started", async () => {
    const { sandbox } = fixture(driver);
    const refused = [
      job("pass", { name: "../escape" }),
      job("pass", { name: ".." }),
      job("pass", { mounts: { raw: "/no/such/folder" } }),
      job("pass", { mounts: { out: "/usr" } }),
      job("pass", { device: "../cpu" }),
      job("pass", { limits: { ...job("").limits, memoryBytes: Number.NaN } }),
      job("pass", { command: [] }),
    ];
    for (const spec of refused) await expect(sandbox.start(spec)).rejects.toThrow(SandboxError);
    expect(await sandbox.list()).toEqual([]);
  });
});

test("an interpreter that is not there is named", async () => {
  const home = temporaryFolder();
  const sandbox = createProcessSandbox({ home, python: "/no/such/python" });
  await expect(sandbox.start(job("pass"))).rejects.toThrow(/\/no\/such\/python can't be run/);
});

describe.each(ISOLATED)("an isolated job, %s", (driver) => {
  test("sees neither the home, nor the repository, nor the host's folders", async () => {
    const stack = fixture(driver);
    mkdirSync(join(stack.home, "answers"));
    const paths = [stack.home, join(stack.home, "answers"), REPOSITORY, "/root", "/home", "/var"];
    const code = `
seen = [path for path in json.loads(sys.argv[1]) if os.path.exists(path)]
print(json.dumps([seen, sorted(os.listdir("/")), open("/proc/1/cmdline").read()]), file=sys.stderr)`;
    const [seen, root, commandLine] = await report(stack, "", {
      command: [
        "{{python}}",
        "-I",
        "-S",
        "-c",
        `import json, os, sys\n${code}`,
        JSON.stringify(paths),
      ],
    });
    // A prefix of the interpreter may lie below one of them; the folder itself is then an empty shell.
    expect(
      seen.filter((path: string) => !PYTHON.startsWith(`${path}/`) && path !== "/root"),
    ).toEqual([]);
    expect(root).toEqual(expect.arrayContaining(["dev", "job", "proc", "tmp", "usr"]));
    expect(commandLine).not.toContain("--ro-bind");
  });

  test("has no network, not even the host's loopback", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const code = `
import socket
answers = []
for target in (("127.0.0.1", ${port}), ("192.0.2.1", 80)):
    try:
        socket.create_connection(target, timeout=2)
        answers.append("connected")
    except OSError:
        answers.append("refused")
print(json.dumps(answers + [name for _, name in socket.if_nameindex()]), file=sys.stderr)`;
    const answer = await report(fixture(driver), code);
    server.close();
    expect(answer).toEqual(["refused", "refused", "lo"]);
  });

  test("writes nowhere but to its output and its temporary folder", async () => {
    const stack = fixture(driver);
    const folder = readableFolder();
    const code = `
written = []
for path in ("/", "/usr", "/job", "/job/raw", "/dev", "/etc", "/job/out", "/tmp", os.path.dirname(sys.executable)):
    try:
        open(path + "/probe", "w").close()
        written.append(path)
    except OSError: pass
print(json.dumps(written), file=sys.stderr)`;
    expect(await report(stack, code, { mounts: { raw: folder } })).toEqual(["/job/out", "/tmp"]);
  });

  test("sees no process but its own, and is nobody special", async () => {
    const code = `
pids = [pid for pid in os.listdir("/proc") if pid.isdigit()]
print(json.dumps([len(pids), os.getuid()]), file=sys.stderr)`;
    const [processes, user] = await report(fixture(driver), code);
    // Itself, what waits for it as the first process, and in a container its guard.
    expect(processes).toBe(driver === "docker" ? 3 : 2);
    expect(user).toBeGreaterThanOrEqual(1000);
  });

  test("can't fill the host's memory through its temporary folder", async () => {
    const { sandbox } = fixture(driver);
    const usual = job(`
import time
try: open("/tmp/big", "wb").write(bytes(100 * 2**20))
except OSError: pass
while True: time.sleep(0.05)`);
    const limits = { ...usual.limits, memoryBytes: 64 * 2 ** 20, outputBytes: 200 * 2 ** 20 };
    const exit = await (await sandbox.start({ ...usual, limits })).wait({});
    expect(exit).toMatchObject({ outcome: "limit", limit: "memory" });
  });
});

test.runIf(ISOLATED.includes("bubblewrap"))(
  "a hidden folder is seen empty even where /usr contains it",
  async () => {
    const home = temporaryFolder();
    const sandbox = createProcessSandbox({ home, python: PYTHON, hidden: ["/usr/share"] });
    const code = `import os; raise SystemExit(len(os.listdir("/usr/share")))`;
    const exit = await (await sandbox.start(job(code))).wait({});
    expect(exit).toMatchObject({ outcome: "exited", exitCode: 0 });
  },
);
