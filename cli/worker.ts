import { type Command, Option } from "commander";
import { POOLS } from "../protocol/names.ts";
import { badInput } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { say } from "./output.ts";

/** `dojo worker`: for machines whose processes something else keeps alive. */
export function register(command: Command): void {
  command
    .addOption(
      new Option("--pool <pool>", "which tasks to take").choices(POOLS).makeOptionMandatory(),
    )
    .option("--device <name>", "device of a gpu worker (default: the first that is configured)")
    .addHelpText(
      "after",
      "\nExample:\n  TEMPORAL_ADDRESS=temporal:7233 dojo worker --pool gpu --device cuda-1\n\nEnds with SIGTERM or Ctrl-C; its jobs go on and are adopted by the next worker.",
    )
    .action(async (options: { pool: (typeof POOLS)[number]; device?: string }) => {
      const { config } = contextOf(command);
      const known = config.devices.map(({ name }) => name);
      if (options.device !== undefined && !known.includes(options.device)) {
        throw badInput(
          `no device is called ${options.device}`,
          `the configuration has ${known.join(", ")}`,
        );
      }
      if (config.temporal.address === null) {
        throw badInput(
          "a worker needs TEMPORAL_ADDRESS (or temporal.address)",
          "the embedded stack starts its own workers: dojo up",
        );
      }
      const stop = new AbortController();
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
      const { migrateStore } = await import("../workers/migrate-store.ts");
      await migrateStore(config);
      const { runPool } = await import("../workers/run-pool.ts");
      await runPool(config, {
        pool: options.pool,
        device: options.device ?? null,
        bundlePath: null,
        stop: stop.signal,
        onPolling: () => say(`polling as ${options.pool} at ${config.temporal.address}`),
      });
    });
}
