import { spawn } from "node:child_process";
import { join } from "node:path";
import { TestWorkflowEnvironment } from "@temporalio/testing";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../workers/ports.ts";
import { runVerb } from "../support/dojo-process.ts";
import { eventually } from "../support/eventually.ts";
import { missingTool } from "../support/missing-tool.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const path = process.env.TEMPORAL_CLI_PATH;
const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");

if (path === undefined) missingTool("dojo worker", "there is no Temporal CLI (make setup)");

test.runIf(path)(
  "a worker waits for a server that is away, then polls, and ends when told",
  async () => {
    const port = await freePort();
    const worker = spawn(process.execPath, [main, "worker", "--pool", "recorder"], {
      env: { ...process.env, DOJO_HOME: temporaryFolder(), TEMPORAL_ADDRESS: `127.0.0.1:${port}` },
      stdio: ["ignore", "inherit", "pipe"],
    });
    onTestFinished(() => void worker.kill("SIGKILL"));
    let said = "";
    worker.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const hears = (text: string) => eventually(text, () => said.includes(text) || undefined);
    await hears(`waiting for Temporal at 127.0.0.1:${port}`);
    const executable = { type: "existing-path" as const, path: path ?? "" };
    const server = await TestWorkflowEnvironment.createLocal({ server: { executable, port } });
    onTestFinished(() => server.teardown());
    await hears("polling as recorder");
    worker.kill("SIGTERM");
    const code = await eventually("its end", () => worker.exitCode ?? undefined);
    expect(code).toBe(0);
  },
);

test("a worker without a server's address, or for an unknown device, is refused", async () => {
  const nowhere = await runVerb(temporaryFolder(), ["worker", "--pool", "gpu"]);
  expect(nowhere.exitCode).toBe(2);
  expect(nowhere.stderr).toContain("a worker needs TEMPORAL_ADDRESS");
  const device = ["worker", "--pool", "gpu", "--device", "cuda-7"];
  const unknown = await runVerb(temporaryFolder(), device, { TEMPORAL_ADDRESS: "127.0.0.1:1" });
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toContain("no device is called cuda-7; the configuration has cpu-0");
});
