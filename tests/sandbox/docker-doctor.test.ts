import { expect, test } from "vitest";
import { examineDocker } from "../../cli/doctor/examine-docker.ts";
import { loadConfig } from "../../config/load.ts";
import { DRIVERS, missingDrivers, testEngine } from "./fixture.ts";

missingDrivers("dojo doctor");

const examine = (driver: "process" | "docker", flags: Readonly<Record<string, unknown>>) =>
  examineDocker(loadConfig({ env: {}, flags: { "sandbox.driver": driver, ...flags } }));

test.each([
  ["process", "optional"],
  ["docker", "missing"],
] as const)("doctor tells of an engine that is away, driver %s: %s", async (driver, status) => {
  const [finding, ...others] = await examine(driver, {
    "sandbox.docker.host": "unix:///no/such.sock",
  });
  expect(finding).toMatchObject({ name: "docker", status });
  expect(finding?.detail).toMatch(/no\/such\.sock does not answer/);
  expect(finding?.advice).toMatch(/docker\.io/);
  expect(others).toEqual([]);
});

test("doctor refuses an engine of another machine in words", async () => {
  const [finding] = await examine("docker", { "sandbox.docker.host": "tcp://10.0.0.1:2375" });
  expect(finding).toMatchObject({ name: "docker", status: "missing" });
  expect(finding?.detail).toMatch(/jobs and workers share folders/);
});

test.runIf(DRIVERS.includes("docker"))("doctor names the images that are there", async () => {
  const { host, image } = testEngine();
  const unknown = `sha256:${"0".repeat(64)}`;
  const findings = await examine("docker", {
    "sandbox.docker.host": host,
    "sandbox.docker.trainer": image,
    "sandbox.docker.evaluator": unknown,
  });
  expect(findings.find(({ name }) => name === "docker")).toMatchObject({ status: "ok" });
  expect(findings.find(({ name }) => name === "image trainer")).toMatchObject({
    ...{ status: "ok", detail: image, advice: null },
  });
  expect(findings.find(({ name }) => name === "image evaluator")).toMatchObject({
    ...{ status: "missing", detail: `${unknown} is not there`, advice: "make images" },
  });
});
