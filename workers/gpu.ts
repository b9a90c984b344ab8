import { createGpuActivities } from "../activities/gpu/index.ts";
import type { Config } from "../config/load.ts";
import { reapJobs } from "../sandbox/reaper.ts";
import { openJobs } from "./open-jobs.ts";
import type { OpenPool } from "./open-pool.ts";

/**
 * Pool `gpu`: one worker for each device, one activity at a time. Before it polls, and every few seconds after, it ends jobs whose
 * workflow is over; living jobs of open workflows wait for their activity's retry, which adopts them.
 */
export async function openGpu(config: Config, deviceName: string | null): Promise<OpenPool> {
  const device = config.devices.find(({ name }) => deviceName === null || name === deviceName);
  if (device === undefined) {
    const known = config.devices.map(({ name }) => name).join(", ");
    throw new Error(`no device ${deviceName} is configured; known: ${known}`);
  }
  const { deps, close } = openJobs(config);
  let reaping: Promise<unknown> | null = null;
  const reap = (): Promise<unknown> => {
    reaping ??= reapJobs({ sandbox: deps.sandbox, ownerState: deps.workflowState })
      .then(({ stopped }) => {
        for (const job of stopped) console.error(`stopped ${job}: its workflow is closed`);
      })
      .catch((error: unknown) => console.error("the reaper could not look", error))
      .finally(() => {
        reaping = null;
      });
    return reaping;
  };
  await reap();
  const timer = setInterval(reap, config.supervisor.reaperIntervalMs);
  return {
    options: {
      activities: { ...createGpuActivities({ ...deps, device }) },
      maxConcurrentActivityTaskExecutions: 1,
    },
    close: async () => {
      clearInterval(timer);
      await reaping;
      await close();
    },
  };
}
