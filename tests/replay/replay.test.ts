import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundle,
} from "@temporalio/worker";
import { beforeAll, describe, expect, test } from "vitest";

const folder = fileURLToPath(new URL("./histories/", import.meta.url));
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));

describe("today's workflow code", () => {
  let bundle: WorkflowBundle;
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger("ERROR") });
    bundle = await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL("../../workflows/index.ts", import.meta.url)),
      logger: new DefaultLogger("ERROR"),
    });
  });

  test("has recorded histories of every kind to replay", () => {
    const kinds = new Set(files.map((file) => file.split(".")[0]));
    expect([...kinds].sort()).toEqual(
      [
        "candidate-failure",
        "charts",
        "confirmed",
        "continued-as-new",
        "steered",
        "success",
        "worker-killed",
      ].sort(),
    );
  });

  test.each(files)("replays %s without a difference", async (file) => {
    const history: unknown = JSON.parse(readFileSync(`${folder}${file}`, "utf8"));
    await Worker.runReplayHistory({ workflowBundle: bundle }, history, workflowIdOf(history));
  });

  test("would be told of a difference", async () => {
    const text = readFileSync(`${folder}success.run.json`, "utf8");
    const history: unknown = JSON.parse(
      text.replaceAll('"proposeStrategy"', '"proposeSomethingElse"'),
    );
    await expect(
      Worker.runReplayHistory({ workflowBundle: bundle }, history, workflowIdOf(history)),
    ).rejects.toThrow(/[Nn]ondeterminis/);
  });
});

/** The workflow id that the history began with; workflow code reads it from its input. */
function workflowIdOf(history: unknown): string {
  const text = JSON.stringify(history);
  return /"workflowId":"([^"]+)"/.exec(text)?.[1] ?? "replayed";
}
