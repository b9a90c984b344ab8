import { activityInfo, Context } from "@temporalio/activity";
import type { ActivityInboundCallsInterceptor, WorkerInterceptors } from "@temporalio/worker";

/** A heartbeat timeout survives two that go missing. */
const BEATS_PER_TIMEOUT = 3;

/**
 * Heartbeats for pools whose activities have no progress of their own to tell (planner, eval, recorder): while the worker lives,
 * the server hears of it, so that a killed one is noticed after the heartbeat timeout and not after the activity's deadline.
 */
export const keepAlive: WorkerInterceptors = {
  activity: [(): { inbound: ActivityInboundCallsInterceptor } => ({ inbound: { execute } })],
};

const execute: NonNullable<ActivityInboundCallsInterceptor["execute"]> = async (input, next) => {
  const { heartbeatTimeoutMs } = activityInfo();
  if (heartbeatTimeoutMs === undefined || heartbeatTimeoutMs === 0) return await next(input);
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), heartbeatTimeoutMs / BEATS_PER_TIMEOUT);
  try {
    return await next(input);
  } finally {
    clearInterval(timer);
  }
};
