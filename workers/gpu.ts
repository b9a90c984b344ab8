import { createGpuActivities } from "../activities/gpu/index.ts";
import type { Config } from "../config/load.ts";
import { openJobServices } from "./job-services.ts";
import type { OpenPool } from "./open-pool.ts";

/**
 * Pool `gpu`: one worker per device, one activity at a time. A job of an earlier worker goes on meanwhile and holds the device's
 * lock: the activity that retries it adopts it, any other waits for the device.
 */
export async function openGpu(config: Config, device: string | null): Promise<OpenPool> {
  const found = config.devices.find(({ name }) => device === null || name === device);
  if (found === undefined) throw new Error(`no device ${device} in the configuration`);
  const { deps, close } = openJobServices(config);
  return {
    options: {
      activities: { ...createGpuActivities({ ...deps, device: found }) },
      maxConcurrentActivityTaskExecutions: 1,
    },
    close,
  };
}
