import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, Option } from "commander";
import type { Config } from "../config/load.ts";
import { isAccepted, type NightRecord } from "../protocol/sweep.ts";
import { OVERLAPS } from "../protocol/sweep-spec.ts";
import { listNights } from "../store/nights.ts";
import { badInput, EXIT, failed, notFound } from "./cli-error.ts";
import { type Stack, withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { print, printJson, say } from "./output.ts";
import { onInterrupt } from "./runs/on-interrupt.ts";
import { withStore } from "./runs/with-store.ts";
import { gateJUnit, gateLines, gateMarkdown } from "./sweeps/gate-text.ts";
import { readSweep } from "./sweeps/read-sweep.ts";
import {
  createSweep,
  findSweep,
  listSweeps,
  OVERLAP_POLICIES,
  type SweepView,
  triggerSweep,
  unpauseSweep,
} from "./sweeps/schedule.ts";
import { type Palette, paletteFor } from "./terminal/palette.ts";
import { formatPairs, formatTable } from "./terminal/table.ts";

/** Milliseconds between two looks of `gate --wait`. */
const LOOK_MS = 2000;

/** `dojo sweep`. */
export function register(command: Command): void {
  command.addHelpText("after", "\nExample:\n  dojo sweep create config/schedules/nightly.yaml");
  create(command);
  show(command);
  change(command);
  gate(command);
}

function create(command: Command): void {
  command
    .command("create")
    .description("make the schedule of a sweep file")
    .argument("<file>", "the sweep file (docs/sweeps.md)")
    .addHelpText("after", "\nExample:\n  dojo sweep create config/schedules/nightly.yaml")
    .action(async (path: string, _options: unknown, verb: Command) => {
      const read = readSweep(path);
      const { config, json } = contextOf(verb, { tier: read.file.study.tier });
      const spec = read.plan(config, process.env);
      await withStack(config, async (stack) => {
        const view = await createSweep(stack, { ...read, spec });
        if (json) printJson(view);
        else print(sweepLines(view, paletteFor(process.stdout)).join("\n"));
        say(`next: dojo sweep trigger ${view.name}`);
      });
    });
}

function show(command: Command): void {
  command
    .command("list")
    .description("all sweeps")
    .addHelpText("after", "\nExample:\n  dojo sweep list")
    .action(async (_options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      await withStack(config, async (stack) => {
        const sweeps = await listSweeps(stack);
        if (json) return printJson(sweeps);
        if (sweeps.length === 0) return say("no sweeps yet; next: dojo sweep create FILE");
        const rows = sweeps.map((each) => [
          each.name,
          each.cron,
          each.timezone,
          each.paused
            ? `paused: ${each.note ?? ""}`
            : each.running.length > 0
              ? "running"
              : "waits",
          each.next[0] ?? "",
        ]);
        const columns = ["sweep", "cron", "time zone", "state", "next night"];
        const titles = columns.map((title) => ({ title }));
        print(formatTable(titles, rows, paletteFor(process.stdout).dim).join("\n"));
        say(`next: dojo sweep show ${sweeps[0]?.name}`);
      });
    });
  command
    .command("show")
    .description("a sweep: its schedule, and its nights with the gate's verdicts")
    .argument("<name>", "the sweep")
    .addHelpText("after", "\nExample:\n  dojo sweep show nightly --json")
    .action(async (name: string, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      await withStack(config, async (stack) => {
        const { view } = await findSweep(stack, name);
        const nights = await nightsOf(config, name);
        if (json) return printJson({ ...view, nights });
        const palette = paletteFor(process.stdout);
        print([...sweepLines(view, palette), "", ...nightLines(nights, palette)].join("\n"));
        say(`next: dojo sweep gate ${name}`);
      });
    });
}

function change(command: Command): void {
  const simple = (
    name: string,
    description: string,
    act: (stack: Stack, sweep: string) => Promise<string>,
  ) =>
    command
      .command(name)
      .description(description)
      .argument("<name>", "the sweep")
      .addHelpText("after", `\nExample:\n  dojo sweep ${name} nightly`)
      .action(async (sweep: string, _options: unknown, verb: Command) => {
        const { config, json } = contextOf(verb);
        await withStack(config, async (stack) => {
          const said = await act(stack, sweep);
          if (json) printJson({ sweep, did: name });
          else print(said);
        });
      });
  simple("trigger", "begin a night now", async (stack, sweep) => {
    const { handle } = await findSweep(stack, sweep);
    if ((await triggerSweep(handle)) === "skipped") {
      throw failed(`a night of ${sweep} is running, and its overlap policy lets no other begin`);
    }
    say(`next: dojo sweep gate ${sweep} --wait`);
    return `${sweep}: a night begins`;
  });
  simple("unpause", "let a paused sweep go on", async (stack, sweep) => {
    await unpauseSweep((await findSweep(stack, sweep)).handle);
    return `${sweep} goes on; next night ${(await findSweep(stack, sweep)).view.next[0] ?? "never"}`;
  });
  simple(
    "delete",
    "remove the schedule; its nights and their results stay",
    async (stack, sweep) => {
      await (await findSweep(stack, sweep)).handle.delete();
      return `${sweep} is gone; nights that run go on, and results stay`;
    },
  );
  command
    .command("pause")
    .description("begin no further night")
    .argument("<name>", "the sweep")
    .requiredOption("--reason <text>", "why: shown by `sweep list` and in the Temporal UI")
    .addHelpText("after", '\nExample:\n  dojo sweep pause nightly --reason "driver upgrade"')
    .action(async (sweep: string, { reason }: { reason: string }, verb: Command) => {
      const { config, json } = contextOf(verb);
      await withStack(config, async (stack) => {
        await (await findSweep(stack, sweep)).handle.pause(reason);
        if (json) printJson({ sweep, did: "pause", reason });
        else print(`${sweep} pauses: ${reason}`);
        say(`next: dojo sweep unpause ${sweep}`);
      });
    });
  command
    .command("backfill")
    .description("run the nights of a time that has passed")
    .argument("<name>", "the sweep")
    .requiredOption("--from <time>", "begin, ISO 8601", time)
    .requiredOption("--to <time>", "end, ISO 8601", time)
    .addOption(
      new Option("--overlap <policy>", "how these nights may overlap")
        .choices(OVERLAPS)
        .default("bufferAll"),
    )
    .addHelpText(
      "after",
      "\nWith the policy skip nothing would start while a night runs.\n\nExample:\n  dojo sweep backfill nightly --from 2026-11-20T00:00:00Z --to 2026-11-23T00:00:00Z",
    )
    .action(async (sweep: string, options: BackfillOptions, verb: Command) => {
      const { config, json } = contextOf(verb);
      const { from, to, overlap } = options;
      if (from >= to) throw badInput("--from must lie before --to");
      await withStack(config, async (stack) => {
        const { handle } = await findSweep(stack, sweep);
        await handle.backfill({ start: from, end: to, overlap: OVERLAP_POLICIES[overlap] });
        if (json) printJson({ sweep, did: "backfill", from, to, overlap });
        else print(`${sweep}: nights from ${from.toISOString()} to ${to.toISOString()} begin`);
        say(`next: dojo sweep show ${sweep}`);
      });
    });
}

interface BackfillOptions {
  readonly from: Date;
  readonly to: Date;
  readonly overlap: (typeof OVERLAPS)[number];
}

interface GateOptions {
  readonly wait?: boolean;
  readonly night?: string;
  readonly junit?: string;
  readonly markdown?: string;
}

function gate(command: Command): void {
  command
    .command("gate")
    .description("the verdict on a sweep's latest night; exit code 5 when it is a no")
    .argument("<name>", "the sweep")
    .option("--wait", "wait for a night that is running")
    .option("--night <study>", "another night, by its study's name")
    .option("--junit <file>", "write the verdict as JUnit XML too")
    .option("--markdown <file>", "write the verdict as Markdown too")
    .addHelpText("after", "\nExample:\n  dojo sweep gate nightly --wait --junit gate.xml")
    .action(async (sweep: string, options: GateOptions, verb: Command) => {
      const { config, json } = contextOf(verb);
      const night = options.wait
        ? await withStack(config, (stack) => awaited(stack, sweep, options.night))
        : await latest(config, sweep, options.night);
      const { judgement } = night;
      if (judgement === null) {
        throw failed(`the night ${night.study} is still running`, "wait for it with --wait");
      }
      if (options.junit !== undefined) writeFileSync(options.junit, gateJUnit(judgement));
      if (options.markdown !== undefined) writeFileSync(options.markdown, gateMarkdown(judgement));
      if (json) printJson(judgement);
      else print(gateLines(judgement, paletteFor(process.stdout)).join("\n"));
      process.exitCode = isAccepted(judgement.verdict) ? EXIT.done : EXIT.gateSaidNo;
    });
}

/** The night, once it is judged. A night that was just triggered may not be recorded yet. */
async function awaited(stack: Stack, sweep: string, study?: string): Promise<NightRecord> {
  await findSweep(stack, sweep);
  const signal = onInterrupt();
  let told: string | null = null;
  for (;;) {
    const running = (await findSweep(stack, sweep)).view.running.length > 0;
    const night = pick(await nightsOf(stack.config, sweep), study);
    const settled = night !== null && night.judgement !== null;
    if (settled && (!running || study !== undefined)) return night;
    if (night === null && !running) throw noNight(sweep, study);
    if (night !== null && night.judgement === null && told !== night.study) {
      told = night.study;
      say(`waiting for the night ${told}; watch it with: dojo watch study/${told}`);
    }
    if (signal.aborted) throw failed(`the night ${told ?? ""} is still running`, "it goes on");
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

async function latest(config: Config, sweep: string, study?: string): Promise<NightRecord> {
  const night = pick(await nightsOf(config, sweep), study);
  if (night === null) throw noNight(sweep, study);
  return night;
}

function pick(nights: readonly NightRecord[], study?: string): NightRecord | null {
  return (study === undefined ? nights[0] : nights.find((each) => each.study === study)) ?? null;
}

function noNight(sweep: string, study?: string) {
  return study === undefined
    ? notFound(
        `the sweep ${sweep} has no night yet`,
        `begin one with \`dojo sweep trigger ${sweep}\``,
      )
    : notFound(`the sweep ${sweep} has no night ${study}`, `see \`dojo sweep show ${sweep}\``);
}

function nightsOf(config: Config, sweep: string): Promise<readonly NightRecord[]> {
  return withStore(config, async (store) => (store === null ? [] : listNights(store.db, sweep)));
}

function sweepLines(view: SweepView, { bold, dim, yellow }: Palette): string[] {
  return formatPairs(
    [
      ["sweep", bold(view.name)],
      ["schedule", `${view.cron} (${view.timezone}), overlap ${view.overlap}`],
      ["state", view.paused ? yellow(`paused: ${view.note ?? ""}`) : "on"],
      ["next nights", view.next.slice(0, 3).join(", ") || "none"],
      ["running", view.running.join(", ") || "none"],
    ],
    dim,
  );
}

function nightLines(nights: readonly NightRecord[], palette: Palette): string[] {
  if (nights.length === 0) return ["no nights yet"];
  const columns = [{ title: "night" }, { title: "verdict" }, { title: "why" }];
  const rows = nights.slice(0, 30).map(({ study, judgement }) => {
    const verdict = judgement?.verdict ?? null;
    const paint =
      verdict === null ? palette.cyan : isAccepted(verdict) ? palette.green : palette.red;
    return [study, paint(verdict ?? "running"), judgement?.reason ?? ""];
  });
  return formatTable(columns, rows, palette.dim);
}

function time(text: string): Date {
  const parsed = new Date(text);
  if (!Number.isNaN(parsed.getTime())) return parsed;
  throw badInput(`${JSON.stringify(text)} is no time`, "write it as 2026-11-20T02:00:00Z");
}
