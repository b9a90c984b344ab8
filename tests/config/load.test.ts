import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig } from "../../config/load.ts";
import { snapshotConfig } from "../../config/snapshot.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function fileWith(text: string): string {
  const file = join(temporaryFolder(), "dojo.yaml");
  writeFileSync(file, text);
  return file;
}

function messageOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error("it was accepted");
}

describe("layers", () => {
  const file = (): string =>
    fileWith("pools: { planner: 3, eval: 3 }\ntemporal: { namespace: file }\n");

  test("a file wins over the defaults, the environment over the file, a flag over all", () => {
    const config = loadConfig({
      file: file(),
      env: { TEMPORAL_NAMESPACE: "environment", DOJO_HOME: "/environment" },
      flags: { home: "/flag" },
    });
    expect(config.pools).toMatchObject({ planner: 3, eval: 3, recorder: 20 });
    expect(config.temporal.namespace).toBe("environment");
    expect(config.home).toBe("/flag");
  });

  test("every value tells where it comes from", () => {
    const path = file();
    const config = loadConfig({
      file: path,
      env: { TEMPORAL_NAMESPACE: "environment" },
      flags: { home: "/flag" },
    });
    expect(config.origin("pools.planner")).toBe(path);
    expect(config.origin("pools.recorder")).toBe("config/default.yaml");
    expect(config.origin("temporal.namespace")).toBe("TEMPORAL_NAMESPACE");
    expect(config.origin("home")).toBe("flag home");
    expect(config.origin("databaseUrl")).toBe("derived");
  });

  test("a variable that is set but empty counts as not set", () => {
    expect(loadConfig({ env: { TEMPORAL_ADDRESS: "" } }).temporal.address).toBeNull();
  });

  test("DOJO_CONFIG names the file, and its relative paths start at the file", () => {
    const path = fileWith("home: state\nbaseModels: { own: { path: models/own } }\n");
    const config = loadConfig({ env: { DOJO_CONFIG: path } });
    expect(config.home).toBe(join(path, "..", "state"));
    expect(config.baseModels.own?.path).toBe(join(path, "..", "models", "own"));
    expect(config.baseModels.mini?.path).toBe(join(config.repository, "tasks/base-model/mini"));
  });

  test("the tier's file lies between the defaults and one's own", () => {
    const config = loadConfig({
      env: {},
      file: fileWith("tier: full\njobs: { gpu: { processes: 7 } }\n"),
    });
    expect(config.devices[0]?.name).toBe("cuda-0");
    expect(config.origin("devices")).toBe("config/full.yaml");
    expect(config.jobs.gpu.processes).toBe(7);
  });

  test("database, artifacts and stack id follow the home", () => {
    const [a, b] = ["/a", "/b"].map((home) => loadConfig({ home, env: {} }));
    expect(a?.databaseUrl).toBe("sqlite:/a/dojo.db");
    expect(a?.artifactsUrl).toBe("file:/a/artifacts");
    expect(a?.sandbox.stackId).not.toBe(b?.sandbox.stackId);
  });

  test("the configuration can't be changed", () => {
    const config = loadConfig({ env: {} });
    expect(() => {
      (config.devices as { name: string }[])[0] = { name: "cpu-9" };
    }).toThrow(TypeError);
  });

  test("a snapshot reads back to the same values, whatever the environment says", () => {
    const config = loadConfig({ env: { DOJO_HOME: "/x", DOJO_PYTHON: "/opt/python" } });
    const file = fileWith(JSON.stringify(snapshotConfig(config)));
    expect(loadConfig({ file, env: {} })).toEqual(config);
  });
});

describe("a mistake is told in one line: file, line, key, why", () => {
  const mistakes: readonly [string, string, RegExp][] = [
    ["an unknown key", "temporal:\n  prot: 7233\n", /dojo\.yaml:2: temporal\.prot: no such key$/],
    ["an unknown section", "tier: mini\npool: 3\n", /dojo\.yaml:2: pool: no such key$/],
    ["a negative number", "pools:\n  planner: -1\n", /:2: pools\.planner: .*\(got -1\)$/],
    ["a wrong type", "home: 3\n", /:1: home: .*expected string.*\(got 3\)$/],
    ["an unknown tier", "tier: big\n", /:1: tier: .*"mini"\|"full".*\(got "big"\)$/],
    ["no device", "devices: []\n", /:1: devices: /],
    ["a device's name", "devices:\n  - { name: GPU, threads: 1 }\n", /:2: devices\.0\.name: /],
    ["a missing key", "backbones:\n  own: { model: m }\n", /backbones\.own\.baseUrl: is missing$/],
    [
      "a database of another kind",
      "databaseUrl: mysql://x\n",
      /databaseUrl: .*sqlite: or postgresql/,
    ],
    ["broken YAML", "a: [1,\n", /dojo\.yaml:\d+: no valid YAML: /],
    ["a key twice", "tier: mini\ntier: full\n", /no valid YAML: .*unique/],
    ["no mapping", "- 1\n", /dojo\.yaml:1: must be a mapping/],
  ];

  test.each(mistakes)("%s", (_name, text, expected) => {
    const file = fileWith(text);
    const message = messageOf(() => loadConfig({ file, env: {} }));
    expect(message).toMatch(expected);
    expect(message).not.toContain("\n");
  });

  test("a file that is not there", () => {
    expect(messageOf(() => loadConfig({ file: "/no/such.yaml", env: {} }))).toBe(
      "/no/such.yaml: can't be read (ENOENT)",
    );
  });

  test("a variable is named as such", () => {
    expect(messageOf(() => loadConfig({ env: { DOJO_ARTIFACTS: "ftp://x" } }))).toBe(
      'DOJO_ARTIFACTS: artifactsUrl: must begin with file: or s3: (got "ftp://x")',
    );
  });

  test("aliases that grow without end are refused", () => {
    const levels = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef"]) {
      levels.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(", ")}]`);
    }
    expect(messageOf(() => loadConfig({ file: fileWith(levels.join("\n")), env: {} }))).toMatch(
      /no valid YAML/,
    );
  });
});
