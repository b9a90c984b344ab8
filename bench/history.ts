/**
 * Events that an iteration adds to a run's history, from iteration 1 to 50: `node bench/history.ts [ITERATIONS]`. Real server and
 * workflows, scripted stages. The figure must not grow with the iterations.
 */
import { startWorld, withRun } from "../tests/support/workflow-world.ts";

const iterations = Number(process.argv[2] ?? 50);
const world = await startWorld();
try {
  const limits = {
    maxGpuSeconds: null,
    maxUsd: null,
    maxTokens: null,
    maxWallSeconds: null,
    targetScore: null,
  };
  // Scores that fall: every iteration is proposed, run, compared and rejected.
  const score = (label: string) => (label === "baseline" ? 0.5 : 0.1);
  const spec = { budget: { iterations, ...limits } };
  await withRun(world, { script: { score }, spec }, async ({ handle }) => {
    await handle.result();
    const { events } = await handle.fetchHistory();
    const begins = (events ?? []).flatMap((event, at) =>
      event.activityTaskScheduledEventAttributes?.activityType?.name === "proposeStrategy"
        ? [at]
        : [],
    );
    const perIteration = begins.slice(1).map((at, index) => at - (begins[index] ?? 0));
    const bytes = JSON.stringify(events).length;
    console.log(`iterations: ${begins.length}`);
    console.log(
      `events per iteration: min ${Math.min(...perIteration)}, max ${Math.max(...perIteration)}`,
    );
    console.log(`by iteration: ${perIteration.join(" ")}`);
    console.log(`events in all: ${events?.length}, about ${(bytes / 1e6).toFixed(1)} MB as JSON`);
  });
} finally {
  await world.close();
}
