import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import type { PreparedData } from "../../cli/runs/prepare-data.ts";
import { dojo } from "../support/dojo.ts";
import { fullMirror } from "../support/full-tier.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A home, and a configuration whose base model is a folder of the operator's. */
function place() {
  const { mirror, manifest } = fullMirror();
  const home = temporaryFolder();
  const model = join(home, "model");
  mkdirSync(model);
  writeFileSync(join(model, "config.json"), "{}");
  const data = { folder: join(home, "data"), pins: join(home, "pins.json"), manifest };
  const config = join(home, "config.yaml");
  const limits = { splits: { dev: 3, validation: 6, test: 16 } };
  // A port that nobody listens on: the hub is away.
  const endpoint = "http://127.0.0.1:9";
  writeFileSync(
    config,
    stringify({ data: { ...data, endpoint }, baseModels: { "qwen-7b": { path: model } }, limits }),
  );
  const prepare = (...options: string[]) =>
    dojo(["data", "prepare", "--tier", "full", "--config", config, "--json", ...options], {
      DOJO_HOME: join(home, "stack"),
      DOJO_FETCH_PAUSE: "0",
    });
  return { mirror, prepare, home };
}

test("data prepare brings a task of the full tier from a mirror, and a second time from its store", async () => {
  const { mirror, prepare } = place();
  const aime = ["--task", "aime25"];
  const refused = await prepare(...aime, "--from", mirror);
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toMatch(/^dojo: .*no pinned sha256.*--pin/m);
  const first = await prepare(...aime, "--from", mirror, "--pin");
  expect(first).toMatchObject({ exitCode: 0 });
  const [data] = JSON.parse(first.stdout) as [PreparedData];
  expect(data).toMatchObject({
    tier: "full",
    splits: { dev: { items: 3 }, validation: { items: 6 }, test: { items: 16 } },
  });
  expect(data.sources.map(({ name }) => name)).toEqual([
    "deepscaler-solutions",
    "deepscaler-answers",
  ]);
  const item = JSON.parse(readFileSync(data.splits.test.file, "utf8").split("\n")[0] ?? "");
  expect(item).toMatchObject({ id: "aime2025-I-01#1", cluster: "aime2025-I-01", gold: "9" });
  const again = await prepare(...aime);
  expect(JSON.parse(again.stdout)).toEqual([data]);
}, 60_000);

test("what is in the way of the full tier's data is told in one line with what to do", async () => {
  const { mirror, prepare, home } = place();
  const away = await prepare("--task", "aime25");
  expect(away.exitCode).toBe(1);
  expect(away.stderr.trim().split("\n").at(-1)).toMatch(
    /^dojo: .*fetch deepscaler\.json of https:.* \(revision b6ae8c60.*MIRROR\/agentica-org.*--from MIRROR$/,
  );
  const licence = await prepare("--task", "noc4pc", "--from", mirror, "--pin");
  expect(licence.exitCode).toBe(2);
  expect(licence.stderr).toMatch(/CC-BY-NC-4\.0.*huggingface\.co.*\ndojo: .*--accept-licence/);
  const unknown = await prepare("--task", "aime25", "--base-model", "qwen-70b");
  expect(unknown).toMatchObject({ exitCode: 2 });
  expect(unknown.stderr).toContain("qwen-7b");
  const nowhere = await prepare("--task", "aime25", "--from", join(home, "nowhere"));
  expect(nowhere).toMatchObject({ exitCode: 2 });
  expect(nowhere.stderr).toContain("no such folder");
}, 60_000);
