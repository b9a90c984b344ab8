import type { Command } from "commander";
import type { Config } from "../config/load.ts";
import type { JobListing } from "../sandbox/sandbox.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";

/** Jobs get this long from SIGTERM to SIGKILL: a trainer that writes a checkpoint may finish it. */
const JOB_GRACE_MS = 5_000;

/** `dojo down`. */
export function register(command: Command): void {
  command
    .option("--stop-jobs", "stop the jobs too; trainings then go on from their last checkpoint")
    .addHelpText(
      "after",
      "\nExample:\n  dojo down\n\nJobs that run go on without the stack; the next `dojo up` adopts them.",
    )
    .action(async (options: { stopJobs?: boolean }) => {
      const { config, json } = contextOf(command);
      const { stopStack } = await import("../workers/stop-stack.ts");
      const stopped = await stopStack(config);
      const jobs = await livingJobs(config);
      if (options.stopJobs) await stopJobs(config, jobs);
      const names = jobs.map(({ name }) => name);
      if (json) {
        const [jobsStopped, jobsRunning] = options.stopJobs ? [names, []] : [[], names];
        return printJson({ home: config.home, stopped, jobsStopped, jobsRunning });
      }
      print(stopped ? `down: ${config.home}` : `no stack ran in ${config.home}`);
      tellJobs(names, options.stopJobs ?? false);
      if (stopped) say("open runs wait where they are; dojo up goes on with them");
    });
}

function tellJobs(names: readonly string[], stopped: boolean): void {
  if (names.length === 0) return;
  const count = names.length === 1 ? "1 job" : `${names.length} jobs`;
  if (stopped) say(`${count} stopped: ${names.join(", ")}`);
  else
    say(
      `${count} still running, for the next dojo up to adopt (--stop-jobs ends them): ${names.join(", ")}`,
    );
}

async function livingJobs(config: Config): Promise<readonly JobListing[]> {
  const { sandboxOf } = await import("../workers/pool-services.ts");
  const jobs = process.platform === "linux" ? await sandboxOf(config).list() : [];
  return jobs.filter(({ state }) => state !== "finished");
}

async function stopJobs(config: Config, jobs: readonly JobListing[]): Promise<void> {
  const { sandboxOf } = await import("../workers/pool-services.ts");
  const sandbox = sandboxOf(config);
  await Promise.all(jobs.map(async ({ name }) => (await sandbox.attach(name))?.stop(JOB_GRACE_MS)));
}
