import { expect, test } from "vitest";
import { loadConfig } from "../../config/load.ts";
import { POOLS } from "../../protocol/names.ts";
import { poolEnvironment, poolProcesses } from "../../workers/pool-processes.ts";

test("every pool has a process, gpu one for each device", () => {
  const devices = [0, 1].map((index) => ({ name: `cuda-${index}`, threads: 4 }));
  const config = loadConfig({ env: {}, flags: { devices } });
  expect(poolProcesses(config, "/c.json").map(({ spec }) => spec.name)).toEqual([
    ...["workflows", "planner", "sandbox", "gpu-cuda-0", "gpu-cuda-1", "eval", "recorder"],
  ]);
});

test("keys of language models reach the planner alone, and nothing that configures reaches any", () => {
  const own = { baseUrl: "http://127.0.0.1:1/v1", model: "m", apiKeyEnv: "OWN_KEY" };
  const pricePerMillion = { promptUsd: 0, completionUsd: 0 };
  const config = loadConfig({ env: {}, flags: { "backbones.own": { ...own, pricePerMillion } } });
  const keys = { OPENAI_API_KEY: "canary", OWN_KEY: "canary" };
  const env = { PATH: "/bin", DOJO_HOME: "/x", TEMPORAL_ADDRESS: "elsewhere:7233", ...keys };
  for (const pool of POOLS) {
    expect(poolEnvironment(config, pool, env)).toEqual(
      pool === "planner" ? { PATH: "/bin", ...keys } : { PATH: "/bin" },
    );
  }
});
