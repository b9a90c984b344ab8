import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openArtifactStore } from "../../artifacts/open-artifact-store.ts";
import { loadRunReport } from "../../report/load-run-report.ts";
import { renderRunReport } from "../../report/render-run-report.ts";
import { upsertExperiment } from "../../store/experiments.ts";
import { upsertIteration } from "../../store/iterations.ts";
import { migrateToLatest } from "../../store/migrate.ts";
import { openStore } from "../../store/open-store.ts";
import { upsertRun } from "../../store/runs.ts";
import { anExperiment, anIteration, aRef, aRun, RUN_ID } from "../support/records.ts";
import { aFeedback } from "../support/report-data.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function setUp() {
  const folder = temporaryFolder();
  const store = openStore(`sqlite:${join(folder, "store.sqlite")}`);
  onTestFinished(() => store.close());
  await migrateToLatest(store);
  return { db: store.db, artifacts: openArtifactStore(`file:${join(folder, "artifacts")}`) };
}

test("a report is put together from the store and the artifacts", async () => {
  const sources = await setUp();
  const { db, artifacts } = sources;
  const feedback = aFeedback(0.2, 40, "wrong row");
  const experiment = anExperiment();
  const scored = {
    ...experiment,
    result: { ...experiment.result, feedback: await artifacts.putJson(feedback) },
  };
  const baseline = anExperiment({ id: `${RUN_ID}/baseline`, iteration: 0 });
  await upsertRun(db, aRun());
  await upsertExperiment(db, scored);
  await upsertExperiment(db, baseline);
  await upsertIteration(db, anIteration());

  const report = await loadRunReport(sources, RUN_ID);
  expect(report?.run).toEqual(aRun());
  expect(report?.iterations).toEqual([
    { record: anIteration(), experiments: [{ record: scored, feedback, feedbackProblem: null }] },
  ]);
  // Its feedback was never stored: the report says so instead of failing.
  expect(report?.otherExperiments).toMatchObject([
    {
      record: baseline,
      feedback: null,
      feedbackProblem: expect.stringContaining(aRef("f").sha256),
    },
  ]);
  if (report !== null)
    expect(renderRunReport(report)).toContain("dropping rows without a box helps");
});

test("feedback of another shape is told, not shown", async () => {
  const sources = await setUp();
  const experiment = anExperiment();
  const feedback = await sources.artifacts.putJson({ nonsense: true });
  await upsertRun(sources.db, aRun());
  await upsertExperiment(sources.db, { ...experiment, result: { ...experiment.result, feedback } });
  const report = await loadRunReport(sources, RUN_ID);
  expect(report?.otherExperiments[0]?.feedback).toBeNull();
  expect(report?.otherExperiments[0]?.feedbackProblem).not.toBeNull();
});

test("a run that the store does not know gives no report", async () => {
  expect(await loadRunReport(await setUp(), RUN_ID)).toBeNull();
});
