import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { REPOSITORY } from "../../config/load.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const IMAGES = join(REPOSITORY, "sandbox-images");
const read = (image: string, file: string) => readFileSync(join(IMAGES, image, file), "utf8");

/** Package -> version, by their normal names. */
function pins(text: string): Map<string, string> {
  const found = [...text.matchAll(/^([A-Za-z0-9._-]+)==([^\s;\\]+)/gm)];
  return new Map(
    found.map(([, name = "", version = ""]) => [
      name.toLowerCase().replace(/[._-]+/g, "-"),
      version,
    ]),
  );
}

test.each(["trainer", "evaluator"])(
  "the image %s installs what is required, as pinned",
  (image) => {
    const locked = pins(read(image, "image.lock"));
    for (const [name, version] of pins(read(image, "requirements.txt"))) {
      expect([name, locked.get(name)]).toEqual([name, version]);
    }
    const elsewhere = pins(read(image, "requirements.lock"));
    for (const [name, version] of locked) {
      expect([name, elsewhere.get(name) ?? version]).toEqual([name, version]);
    }
  },
);

test.each(["trainer", "evaluator"])(
  "each package of the image %s has the hashes of its files",
  (image) => {
    const entries = read(image, "image.lock")
      .split(/\n(?=[A-Za-z0-9])/)
      .slice(1);
    expect(entries.length).toBeGreaterThan(15);
    for (const entry of entries) expect(entry).toMatch(/==[\s\S]*--hash=sha256:[0-9a-f]{64}/);
    expect(read(image, "Dockerfile")).toMatch(/pip install .*--require-hashes/);
  },
);

test("wheels are served to a build as its proxy, and nothing else is", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a-1.0-py3-none-any.whl"), "wheel");
  const python = process.env.DOJO_PYTHON ?? "python3";
  const child = spawn(python, [join(IMAGES, "serve_wheels.py"), folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill());
  const port = await new Promise<number>((resolve) =>
    createInterface({ input: child.stdout }).once("line", (line) => resolve(Number(line))),
  );
  const get = (path: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      request({ host: "127.0.0.1", port, path }, (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (piece) => {
          text += piece;
        });
        answer.on("end", () => resolve({ status: answer.statusCode, text }));
      })
        .on("error", reject)
        .end();
    });
  expect((await get("http://wheels/")).text).toContain('href="a-1.0-py3-none-any.whl"');
  expect(await get("http://wheels/a-1.0-py3-none-any.whl")).toEqual({ status: 200, text: "wheel" });
  expect((await get("http://example.org/")).status).toBe(403);
  expect((await get("http://wheels/../../etc/hostname")).status).toBe(404);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.end();
  expect(await ended).toBe(0);
});
