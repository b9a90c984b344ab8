// `make demo`: ft-agent against base-model on one task of the mini tier, by the verbs that anybody would type, then a scoreboard
// and a page that compares the two. Leaves the stack up, so that the Temporal UI can be looked at.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Config, loadConfig } from "../config/load.ts";
import { loadRunReport } from "../report/load-run-report.ts";
import { renderComparison } from "../report/render-comparison.ts";
import type { RunReportData } from "../report/run-report-data.ts";
import { scoreboard } from "../report/scoreboard.ts";
import { failed } from "./cli-error.ts";
import { explain } from "./explain.ts";
import { print, say } from "./output.ts";
import { openArtifacts } from "./runs/artifacts.ts";
import { withStore } from "./runs/with-store.ts";

/** What the demo plays; DEMO_TASK and DEMO_ITERATIONS change it. */
const TASK = process.env.DEMO_TASK ?? "aime25";
const ITERATIONS = process.env.DEMO_ITERATIONS ?? "2";

/** `dojo run --json` answers with the run, `--detach --json` with its id alone. */
const answerSchema = z.object({ id: z.string() });

async function main(): Promise<void> {
  const config = loadConfig();
  const began = performance.now();
  await dojo("up");
  say(`\nbase-model on ${TASK}: no training, the score to beat`);
  const base = await run("--agent", "base-model", "--quiet");
  say(
    `\nft-agent on ${TASK}: ${ITERATIONS} iterations, each a real training on this machine's CPU`,
  );
  const tuned = await run("--agent", "ft-agent", "--iterations", ITERATIONS);

  const reports = await loadReports(config, [tuned, base]);
  const columns = process.stdout.columns ?? 120;
  print(`\n${scoreboard(reports, { columns }).join("\n")}`);
  const folder = join(config.home, "reports");
  mkdirSync(folder, { recursive: true });
  const page = join(folder, "demo.html");
  writeFileSync(page, renderComparison(reports));

  say(`\ndone in ${Math.round((performance.now() - began) / 1000)} s`);
  print(`report: ${page}`);
  print(`Temporal UI: ${await uiUrl()}`);
  say(`next: ./dojo show ${tuned}`);
  say("      ./dojo down ends the stack");
}

/** Runs an agent and gives the run's id. */
async function run(...options: string[]): Promise<string> {
  const fixed = ["--task", TASK, "--study", "demo", "--seed", "1", "--again", "--json"];
  return answerSchema.parse(JSON.parse(await dojo("run", ...fixed, ...options))).id;
}

async function uiUrl(): Promise<string> {
  const status = z.object({ temporal: z.object({ uiUrl: z.string() }) });
  return status.parse(JSON.parse(await dojo("status", "--json"))).temporal.uiUrl;
}

async function loadReports(config: Config, ids: readonly string[]): Promise<RunReportData[]> {
  return withStore(config, async (store) => {
    if (store === null) throw failed(`no store at ${config.databaseUrl}`);
    const sources = { db: store.db, artifacts: openArtifacts(config) };
    const reports = await Promise.all(ids.map((id) => loadRunReport(sources, id)));
    return reports.filter((report) => report !== null);
  });
}

/** Runs a verb; its messages go to the terminal, its answer is returned. */
function dojo(...args: string[]): Promise<string> {
  say(`$ ./dojo ${args.join(" ")}`);
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...process.execArgv, join(import.meta.dirname, "main.ts"), ...args],
      {
        stdio: ["inherit", "pipe", "inherit"],
        env: { ...process.env, DOJO_HINTS: "off" },
      },
    );
    let answer = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      answer += text;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(answer);
      else
        reject(
          failed(`./dojo ${args[0]} ended with exit code ${code}`, "its message stands above"),
        );
    });
  });
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.exit(explain(error));
}
