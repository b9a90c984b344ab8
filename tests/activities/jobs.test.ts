import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { trainingWorld } from "./scripted-trainer.ts";
import { attempt, once, untilDone } from "./world.ts";

const WHOLE = "for n in range(start, 11): step(n)\nfinish()";

/** Waits until the job has written a file. */
const wrote = async (out: () => Promise<string>, name: string) =>
  until(async () => (existsSync(join(await out(), name)) ? true : null), name);

/** Waits until no job has output any more. */
const gone = async (home: string) =>
  until(() => (readdirSync(join(home, "jobs", "out")).length === 0 ? true : null), "no output");

describe("a training that goes well", () => {
  test("gives model, metrics and report, and leaves nothing behind", async () => {
    const { train, artifacts, home, sandbox } = await trainingWorld();
    const result = await once(() => train(WHOLE));
    if (!result.ok) throw new Error(result.failure.message);
    const { model, metrics, report, device } = result.value;
    expect(await artifacts.has(model)).toBe(true);
    expect((await artifacts.readBytes(metrics)).toString().split("\n")).toHaveLength(11);
    expect(report).toMatchObject({ steps: 10, resumes: 0, finalLoss: 0.1 });
    expect(report.lossCurve.at(-1)).toEqual({ step: 10, loss: 0.1 });
    expect(device).toBe("cpu-0");
    expect(result.cost.gpuSeconds).toBe(result.cost.wallSeconds);
    expect(result.cost.gpuSeconds).toBeGreaterThan(0);
    await gone(home);
    expect(await sandbox.list()).toEqual([]);
  });

  test("is not paid again when the worker died before it could tell", async () => {
    const { train, home } = await trainingWorld();
    const first = await once(() => train(WHOLE));
    await gone(home);
    expect(await once(() => train(WHOLE))).toEqual(first);
    expect(readdirSync(join(home, "jobs", "out"))).toEqual([]);
  });

  test("shows at most 60 points of its loss curve, the first and the last included", async () => {
    const { train } = await trainingWorld();
    const result = await once(() => train("for n in range(1, 501): step(n)\nfinish()"));
    const curve = result.ok ? result.value.report.lossCurve : [];
    expect(curve).toHaveLength(60);
    expect([curve[0]?.step, curve.at(-1)?.step]).toEqual([1, 500]);
  });

  test("tells its steps with the heartbeats", async () => {
    const { train, out } = await trainingWorld();
    const running = attempt(() => train("step(1)\nstep(7)\nwait_for('go')\nfinish()"));
    const seen = await until(() => running.heartbeats.find((each) => each.done === 7) ?? null, "7");
    expect(seen).toMatchObject({ state: "running", done: 7, total: 10 });
    expect(seen.message).toBe("step 7/10, loss 0.143, 100 tokens/s");
    writeFileSync(join(await out(), "go"), "");
    expect((await running.result).ok).toBe(true);
  });

  test("without isolation has copies of its inputs, removed when it is over", async () => {
    const { train, home } = await trainingWorld({ bubblewrap: "off" });
    const result = await once(() => train(WHOLE));
    expect(result).toMatchObject({ ok: true, protection: "unprotected" });
    await until(
      () => (readdirSync(join(home, "jobs", "own-inputs")).length === 0 ? true : null),
      "no inputs",
    );
  });
});

describe("a trainer that dies", () => {
  test("is started again over its output, and its seconds are added up", async () => {
    const { train } = await trainingWorld();
    const course = `step(start)\nif start < 3: die()\n${WHOLE}`;
    await expect(once(() => train(course))).rejects.toMatchObject({ type: "JobDied" });
    const result = await untilDone(() => train(course));
    expect(result).toMatchObject({ ok: true, value: { report: { resumes: 2 } } });
  });

  test("three times without progress is the candidate's failure", async () => {
    const { train, home } = await trainingWorld();
    const result = await untilDone(() => train("if start == 1: step(4)\ndie()"), 3);
    expect(result).toMatchObject({ ok: false, failure: { class: "killed-repeatedly" } });
    await gone(home);
  });

  test("ever further on is no failure, however often", async () => {
    const { train } = await trainingWorld();
    const result = await untilDone(() => train(`step(start)\nif start < 6: die()\n${WHOLE}`));
    expect(result).toMatchObject({ ok: true });
  });

  test("because somebody stopped it is never to blame", async () => {
    const { train, sandbox, out } = await trainingWorld();
    const course = `if start < 5: wait_for('never')\nfor n in range(1, 11): step(n)\nfinish()`;
    for (let times = 1; times < 5; times++) {
      const running = attempt(() => train(course));
      const started = async () => statSync(join(await out(), "starts")).size;
      await until(async () => ((await started().catch(() => 0)) === times ? true : null), "start");
      const [job] = await sandbox.list();
      await (await sandbox.attach(job?.name ?? ""))?.stop(0);
      await expect(running.result).rejects.toMatchObject({ type: "JobDied", nonRetryable: false });
    }
    expect(await once(() => train(course))).toMatchObject({ ok: true });
  });

  test("while no worker was there is noticed and counted by the next", async () => {
    const { train, out } = await trainingWorld();
    const course = "open('up', 'w')\nif start < 4: wait_for('go')\ndie()";
    const first = attempt(() => train(course));
    await wrote(out, "up");
    first.cancel({ workerShutdown: true });
    await expect(first.result).rejects.toThrow();
    writeFileSync(join(await out(), "go"), "");
    const result = await untilDone(() => train(course), 3);
    expect(result).toMatchObject({ ok: false, failure: { class: "killed-repeatedly" } });
  });

  test("at its deadline goes on from where it was: the clock is no limit of the candidate", async () => {
    const { train } = await trainingWorld({ flags: { "jobs.gpu.deadlineMs": 1500 } });
    const course = `step(start)\nif start == 1: wait_for('never')\n${WHOLE}`;
    await expect(once(() => train(course))).rejects.toMatchObject({ type: "JobDied" });
    expect(await once(() => train(course))).toMatchObject({
      ok: true,
      value: { report: { resumes: 1 } },
    });
  });

  test("at its memory limit is the candidate's failure", async () => {
    const { train } = await trainingWorld({ flags: { "jobs.gpu.memoryBytes": 100_000_000 } });
    const result = await once(() => train("kept = bytearray(400_000_000)\nwait_for('never')"));
    expect(result).toMatchObject({ ok: false, failure: { class: "memory-limit" } });
  });
});

describe("a trainer whose result can't be used", () => {
  test.each([
    ["no result.json", ""],
    ["an empty result.json", "open('result.json', 'w')"],
    ["a result.json of another shape", "finish(finalLoss='low')"],
    ["metrics that are torn", "finish()\nopen('metrics.jsonl', 'w').write('{\"step\": 1, \\n')"],
    ["no model", "step(1)\nfinish()\nimport shutil; shutil.rmtree('model')"],
  ])("runs anew: %s", async (_, end) => {
    const { train, home } = await trainingWorld();
    await expect(once(() => train(end))).rejects.toMatchObject({
      type: "JobResultMissing",
      nonRetryable: false,
    });
    expect(readdirSync(join(home, "jobs", "out"))).toEqual([]);
  });

  test("three times in a row ends the run: that is a bug of ours", async () => {
    const { train } = await trainingWorld();
    await expect(untilDone(() => train("step(1)"))).rejects.toMatchObject({
      type: "ScriptCrashed",
    });
  });

  test("because it crashes three times at one place ends the run with its last words", async () => {
    const { train } = await trainingWorld();
    const course = "step(2)\nraise RuntimeError('no such kernel')";
    await expect(once(() => train(course))).rejects.toMatchObject({ type: "JobDied" });
    await expect(untilDone(() => train(course), 2)).rejects.toMatchObject({
      type: "ScriptCrashed",
      nonRetryable: true,
      message: expect.stringContaining("no such kernel"),
    });
  });

  test("is its failure where it reports one", async () => {
    const { train } = await trainingWorld();
    const course =
      "json.dump({'ok': False, 'failure': {'class': 'diverged', 'message': 'loss 99'}}, open('result.json', 'w'))";
    expect(await once(() => train(course))).toMatchObject({
      ok: false,
      failure: { class: "diverged", message: "loss 99" },
    });
  });
});

describe("an attempt that is cancelled", () => {
  const WAITING = "open('up', 'w')\nwait_for('go')\nfor n in range(1, 11): step(n)\nfinish()";
  const states = async (place: Awaited<ReturnType<typeof trainingWorld>>) =>
    (await place.sandbox.list()).map((job) => job.state);

  test.each([
    ["the worker shuts down", { workerShutdown: true }, "closed"],
    ["it took too long", { timedOut: true }, "closed"],
    ["it is paused", { paused: true }, "closed"],
    ["it is reset", { reset: true }, "closed"],
    ["Temporal does not know it, but its workflow runs", { notFound: true }, "open"],
    ["Temporal does not know it and can't tell about the workflow", { notFound: true }, "unknown"],
  ] as const)("leaves its job to the next attempt: %s", async (_, details, state) => {
    const place = await trainingWorld();
    place.workflow.state = state;
    const first = attempt(() => place.train(WAITING));
    await wrote(place.out, "up");
    first.cancel(details);
    await expect(first.result).rejects.toMatchObject({ name: "CancelledFailure" });
    expect(await states(place)).toEqual(["running"]);
    const second = attempt(() => place.train(WAITING));
    await until(() => second.heartbeats[0] ?? null, "a heartbeat");
    const out = await place.out();
    expect(readFileSync(join(out, "starts"), "utf8")).toBe("x");
    writeFileSync(join(out, "go"), "");
    expect(await second.result).toMatchObject({ ok: true, value: { report: { resumes: 0 } } });
  });

  test.each([
    ["its run is cancelled", { cancelRequested: true }, "open"],
    ["its workflow is closed", { notFound: true }, "closed"],
  ] as const)("stops its job and removes what it wrote: %s", async (_, details, state) => {
    const place = await trainingWorld();
    place.workflow.state = state;
    const only = attempt(() => place.train(WAITING));
    await wrote(place.out, "up");
    only.cancel(details);
    await expect(only.result).rejects.toMatchObject({ name: "CancelledFailure" });
    expect(await states(place)).toEqual([]);
    expect(readdirSync(join(place.home, "jobs", "out"))).toEqual([]);
  });
});
