import { expect, test } from "vitest";
import { createRecorderActivities } from "../../activities/recorder/index.ts";
import { getRun } from "../../store/runs.ts";
import { anExperiment, anIteration, aRun, RUN_ID } from "../support/records.ts";
import { once, world } from "./world.ts";

test("records that are written again change nothing", async () => {
  const { db } = await world();
  const activities = createRecorderActivities({ db });
  for (let times = 0; times < 2; times++) {
    await once(() => activities.recordRun(aRun()));
    await once(() => activities.recordExperiment(anExperiment()));
    await once(() => activities.recordIteration(anIteration()));
  }
  expect(await getRun(db, RUN_ID)).toEqual(aRun());
});

test("a store that is away is waited for", async () => {
  const { db } = await world();
  await db.destroy();
  const activities = createRecorderActivities({ db });
  await expect(once(() => activities.recordRun(aRun()))).rejects.not.toMatchObject({
    nonRetryable: true,
  });
});
