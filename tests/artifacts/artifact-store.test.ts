import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ArtifactCorruptError } from "../../artifacts/artifact-corrupt-error.ts";
import { ArtifactIoError } from "../../artifacts/artifact-io-error.ts";
import { ArtifactMissingError } from "../../artifacts/artifact-missing-error.ts";
import { ArtifactRefusedError } from "../../artifacts/artifact-refused-error.ts";
import { createFileDriver } from "../../artifacts/file-driver.ts";
import { openArtifactStore } from "../../artifacts/open-artifact-store.ts";
import {
  type ArtifactRef,
  artifactRefSchema,
  TREE_MEDIA_TYPE,
} from "../../protocol/artifact-ref.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function setUp() {
  const folder = temporaryFolder();
  const root = join(folder, "artifacts");
  const stored = (ref: { sha256: string }) =>
    join(root, "sha256", ref.sha256.slice(0, 2), ref.sha256);
  const overwrite = (ref: { sha256: string }, text: string) => {
    fs.chmodSync(stored(ref), 0o644);
    fs.writeFileSync(stored(ref), text);
  };
  return { folder, root, stored, overwrite, store: openArtifactStore(`file:${root}`) };
}

function makeTree(folder: string): string {
  const tree = join(folder, "tree");
  fs.mkdirSync(join(tree, "deep", "er"), { recursive: true });
  fs.writeFileSync(join(tree, "b.txt"), "b");
  fs.writeFileSync(join(tree, "deep", "er", "ä.bin"), Buffer.from([0, 255, 10]));
  fs.writeFileSync(join(tree, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  return tree;
}

describe("bytes, files and JSON", () => {
  test("what is put is read back, under the sha256 of its bytes", async () => {
    const { store, folder } = setUp();
    const text = await store.putBytes("grüß", "text/plain");
    expect(artifactRefSchema.parse(text)).toEqual(text);
    expect(text.sha256).toBe(createHash("sha256").update("grüß").digest("hex"));
    expect(text.bytes).toBe(6);
    expect((await store.readBytes(text)).toString()).toBe("grüß");

    fs.writeFileSync(join(folder, "big"), Buffer.alloc(300_000, 7));
    const file = await store.putFile(join(folder, "big"), "application/octet-stream");
    expect((await store.readBytes(file)).equals(Buffer.alloc(300_000, 7))).toBe(true);

    const json = await store.putJson({ b: 1, a: [null] });
    expect(await store.readJson(json)).toEqual({ b: 1, a: [null] });
    expect(await store.readJson(json, z.object({ b: z.number() }))).toEqual({ b: 1 });
    await expect(store.readJson(json, z.object({ b: z.string() }))).rejects.toThrow(z.ZodError);
  });

  test("stored files are read-only and no temporary file stays", async () => {
    const { store, stored, root } = setUp();
    const ref = await store.putBytes("x", "text/plain");
    expect(fs.statSync(stored(ref)).mode & 0o222).toBe(0);
    expect(fs.readdirSync(join(root, "tmp"))).toEqual([]);
  });

  test("many writers of the same bytes at once all succeed", async () => {
    const { store } = setUp();
    const refs = await Promise.all(Array.from({ length: 20 }, () => store.putBytes("same", "t/x")));
    expect(new Set(refs.map((ref) => ref.sha256)).size).toBe(1);
    expect((await store.readBytes(refs[0] as ArtifactRef)).toString()).toBe("same");
  });

  test("missing bytes are named with the store", async () => {
    const { store, root } = setUp();
    const ref = { ...(await openArtifactStore(`file:${root}-2`).putBytes("z", "t/x")) };
    expect(await store.has(ref)).toBe(false);
    const error = await store.readBytes(ref).catch((caught) => caught);
    expect(error).toBeInstanceOf(ArtifactMissingError);
    expect(error.message).toContain(ref.sha256);
    expect(error.message).toContain(root);
    await expect(store.materialize(ref, join(root, "out"))).rejects.toThrow(ArtifactMissingError);
    expect(fs.existsSync(join(root, "out"))).toBe(false);
  });

  test("damaged bytes are never given out, and storing them again mends them", async () => {
    const { store, overwrite, folder } = setUp();
    const ref = await store.putBytes("precious", "text/plain");
    overwrite(ref, "precioux");
    await expect(store.readBytes(ref)).rejects.toThrow(ArtifactCorruptError);
    for (const readOnly of [true, false]) {
      const out = join(folder, `out-${readOnly}`);
      await expect(store.materialize(ref, out, { readOnly })).rejects.toThrow(ArtifactCorruptError);
      expect(fs.existsSync(out)).toBe(false);
    }
    await store.putBytes("precious", "text/plain");
    expect((await store.readBytes(ref)).toString()).toBe("precious");
  });

  test("a link or a pipe is refused as a file", async () => {
    const { store, folder } = setUp();
    fs.symlinkSync("/etc/hostname", join(folder, "link"));
    execFileSync("mkfifo", [join(folder, "pipe")]);
    for (const name of ["link", "pipe", "absent"]) {
      await expect(store.putFile(join(folder, name), "t/x")).rejects.toThrow(ArtifactRefusedError);
    }
  });
});

describe("folders", () => {
  test("a folder comes back with its files, names and executable bits", async () => {
    const { store, folder } = setUp();
    const ref = await store.putTree(makeTree(folder));
    expect(ref.mediaType).toBe(TREE_MEDIA_TYPE);
    expect(await store.has(ref)).toBe(true);
    const listing = (await store.readJson(ref)) as { files: { path: string }[] };
    expect(listing.files.map((file) => file.path)).toEqual(["b.txt", "deep/er/ä.bin", "run.sh"]);

    const out = join(folder, "some", "where");
    await store.materialize(ref, out);
    expect(fs.readFileSync(join(out, "deep", "er", "ä.bin"))).toEqual(Buffer.from([0, 255, 10]));
    expect(fs.statSync(join(out, "run.sh")).mode & 0o777).toBe(0o755);
    expect(fs.statSync(join(out, "b.txt")).mode & 0o777).toBe(0o644);
    expect(await store.putTree(out)).toEqual(ref);
  });

  test("a job that changes its copy leaves the stored bytes alone", async () => {
    const { store, folder } = setUp();
    const ref = await store.putTree(makeTree(folder));
    const out = join(folder, "out");
    await store.materialize(ref, out);
    fs.appendFileSync(join(out, "b.txt"), "changed");
    await store.materialize(ref, join(folder, "again"));
    expect(fs.readFileSync(join(folder, "again", "b.txt"), "utf8")).toBe("b");
  });

  test("read-only files are linked, not copied, and can't be written", async () => {
    const { store, folder, stored } = setUp();
    const ref = await store.putTree(makeTree(folder));
    const out = join(folder, "out");
    await store.materialize(ref, out, { readOnly: true });
    const plain = fs.statSync(join(out, "b.txt"));
    const { sha256 } = await store.putBytes("b", "text/plain");
    expect(plain.mode & 0o222).toBe(0);
    expect(plain.nlink).toBeGreaterThan(1);
    expect(fs.existsSync(stored({ sha256 }))).toBe(true);
    expect(fs.statSync(join(out, "run.sh")).mode & 0o777).toBe(0o555);
  });

  test("a repeat finds its folder there; another content is refused", async () => {
    const { store, folder } = setUp();
    const ref = await store.putTree(makeTree(folder));
    const out = join(folder, "out");
    fs.mkdirSync(out);
    await store.materialize(ref, out);
    await store.materialize(ref, out);
    fs.writeFileSync(join(out, "extra"), "");
    await expect(store.materialize(ref, out)).rejects.toThrow(/already there with other content/);
    expect(fs.readdirSync(folder).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  test("a folder that lacks one of its files is not there", async () => {
    const { store, folder, stored } = setUp();
    const ref = await store.putTree(makeTree(folder));
    fs.rmSync(stored(await store.putBytes("b", "t/x")));
    expect(await store.has(ref)).toBe(false);
    await expect(store.materialize(ref, join(folder, "out"))).rejects.toThrow(ArtifactMissingError);
    expect(fs.existsSync(join(folder, "out"))).toBe(false);
  });

  test.for<[string, RegExp, (tree: string) => void]>([
    [
      "a link",
      /"deep\/evil" is a link/,
      (tree) => fs.symlinkSync("/etc", join(tree, "deep", "evil")),
    ],
    [
      "a pipe",
      /"deep\/evil" is a pipe/,
      (tree) => execFileSync("mkfifo", [join(tree, "deep", "evil")]),
    ],
    ["a line break in a name", /unprintable/, (tree) => fs.writeFileSync(join(tree, "a\nb"), "")],
    [
      "a name that is not UTF-8",
      /unprintable or non-UTF-8/,
      (tree) => fs.writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff])]), ""),
    ],
  ])("%s is refused by name", async ([, message, spoil]) => {
    const { store, folder } = setUp();
    const tree = makeTree(folder);
    spoil(tree);
    const error = await store.putTree(tree).catch((caught) => caught);
    expect(error).toBeInstanceOf(ArtifactRefusedError);
    expect(error.message).toMatch(message);
  });

  test.for([
    [["../evil"], /leaves its folder/],
    [["a/../../evil"], /leaves its folder/],
    [["/evil"], /absolute/],
    [["a//b"], /not a plain relative path/],
    [["./a"], /not a plain relative path/],
    [["a\u0000b"], /unprintable/],
    [["a", "a"], /twice/],
    [["a", "a/b"], /a file and a folder/],
  ] as const)("a listing with %j writes nothing", async ([paths, message]) => {
    const { store, folder } = setUp();
    const { sha256, bytes } = await store.putBytes("evil", "text/plain");
    const files = paths.map((path) => ({ path, sha256, bytes, executable: false }));
    const ref = await store.putBytes(JSON.stringify({ files }), TREE_MEDIA_TYPE);
    const error = await store.materialize(ref, join(folder, "in", "out")).catch((caught) => caught);
    expect(error).toBeInstanceOf(ArtifactRefusedError);
    expect(error.message).toMatch(message);
    expect(fs.existsSync(join(folder, "in"))).toBe(false);
  });

  test("bytes that are no listing are refused as a folder", async () => {
    const { store, folder } = setUp();
    for (const text of ["not json", '{"files": 3}']) {
      const ref = await store.putBytes(text, TREE_MEDIA_TYPE);
      await expect(store.materialize(ref, join(folder, "out"))).rejects.toThrow(
        ArtifactRefusedError,
      );
    }
  });
});

describe("a broken disk", () => {
  test("a full disk is a retryable error that names the store, and nothing half-written stays", async () => {
    const { root } = setUp();
    const driver = createFileDriver(root);
    async function* source() {
      yield Buffer.from("first half");
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    }
    const error = await driver.write(source()).catch((caught) => caught);
    expect(error).toBeInstanceOf(ArtifactIoError);
    expect(error).toMatchObject({ reason: "disk-full", retryable: true });
    expect(error.message).toContain(root);
    expect(fs.readdirSync(join(root, "tmp"))).toEqual([]);
    expect(fs.existsSync(join(root, "sha256"))).toBe(false);
  });

  test("a store that can't be written says so", async () => {
    const { folder } = setUp();
    fs.writeFileSync(join(folder, "occupied"), "");
    const store = openArtifactStore(`file:${join(folder, "occupied")}`);
    const error = await store.putBytes("x", "t/x").catch((caught) => caught);
    expect(error).toBeInstanceOf(ArtifactIoError);
    expect(error.message).toMatch(/can't be written/);
  });

  test("an unknown kind of store is refused with what is expected", () => {
    expect(() => openArtifactStore("ftp://host/x")).toThrow(/"ftp:\/\/host\/x": expected file:/);
  });
});
