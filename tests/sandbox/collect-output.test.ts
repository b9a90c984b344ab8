import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collectOutput } from "../../sandbox/collect-output.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { fixture, job } from "./fixture.ts";

function folders() {
  const out = temporaryFolder();
  const target = temporaryFolder();
  return { out, target, to: join(target, "taken") };
}

test("a file and a folder are copied, and replace what was there", async () => {
  const { out, target, to } = folders();
  mkdirSync(join(out, "model/deep"), { recursive: true });
  writeFileSync(join(out, "model/a"), "one");
  writeFileSync(join(out, "model/deep/b"), "two");
  await collectOutput(out, "model", to, 6);
  expect(readFileSync(join(to, "deep/b"), "utf8")).toBe("two");
  await collectOutput(out, "model/a", to, 3);
  expect(readFileSync(to, "utf8")).toBe("one");
  expect(readdirSync(target)).toEqual(["taken"]);
});

test.each([
  [
    "a symbolic link to a file",
    "link",
    (out: string) => symlinkSync("/etc/hostname", join(out, "x")),
  ],
  ["a symbolic link to a folder", "link", (out: string) => symlinkSync("/etc", join(out, "x"))],
  ["a hard link", "link", (out: string) => linkSync(join(out, "plain"), join(out, "x"))],
  ["a FIFO", "special", (out: string) => void execFileSync("mkfifo", [join(out, "x")])],
  ["nothing", "missing", () => {}],
  [
    "a folder with a link deep inside",
    "link",
    (out: string) => {
      mkdirSync(join(out, "x/deep"), { recursive: true });
      symlinkSync("../../../plain", join(out, "x/deep/link"));
    },
  ],
  [
    "a file whose name has a line break",
    "escaping",
    (out: string) => {
      mkdirSync(join(out, "x"));
      writeFileSync(join(out, "x/a\nb"), "");
    },
  ],
  [
    "more bytes than allowed",
    "too-large",
    (out: string) => writeFileSync(join(out, "x"), "x".repeat(101)),
  ],
])("%s is refused and leaves nothing behind", async (_what, reason, prepare) => {
  const { out, target, to } = folders();
  writeFileSync(join(out, "plain"), "plain");
  prepare(out);
  await expect(collectOutput(out, "x", to, 100)).rejects.toMatchObject({
    name: "UnsafeOutputError",
    reason,
  });
  expect(readdirSync(target)).toEqual([]);
});

test.each(["..", "../x", "a/../../x", "/etc/hostname", "", ".", "a//b", "a\0b"])(
  "the path %j is refused",
  async (path) => {
    const { out, to } = folders();
    await expect(collectOutput(out, path, to, 100)).rejects.toMatchObject({ reason: "escaping" });
    expect(existsSync(to)).toBe(false);
  },
);

test("a folder above what is asked for may not be a link either", async () => {
  const { out, to } = folders();
  const secret = temporaryFolder();
  writeFileSync(join(secret, "answers"), "42");
  symlinkSync(secret, join(out, "x"));
  await expect(collectOutput(out, "x/answers", to, 100)).rejects.toMatchObject({
    name: "UnsafeOutputError",
  });
});

test("a job's output is taken from its handle, its links are not", async () => {
  const { sandbox } = fixture("process");
  const { to } = folders();
  const handle = await sandbox.start(
    job(`import os; open("train.jsonl", "w").write("{}"); os.symlink("/etc", "model")`),
  );
  await handle.wait({});
  await handle.collect("train.jsonl", to, 1000);
  expect(readFileSync(to, "utf8")).toBe("{}");
  await expect(handle.collect("model", to, 1000)).rejects.toMatchObject({ reason: "link" });
});
