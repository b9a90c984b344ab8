import { type Command, Option } from "commander";
import { AGENTS, TIERS } from "../protocol/names.ts";
import { getRun } from "../store/runs.ts";
import { EXIT } from "./cli-error.ts";
import { type Stack, withStack } from "./connect.ts";
import { contextOf } from "./context.ts";
import { duration, positiveNumber, score, wholeNumber } from "./option-values.ts";
import { print, printJson, say } from "./output.ts";
import { onInterrupt } from "./runs/on-interrupt.ts";
import { planRun, type RunOptions } from "./runs/plan-run.ts";
import { startRun } from "./runs/start-run.ts";
import { withStore } from "./runs/with-store.ts";
import { humanMode } from "./watching/follow.ts";
import { watchRun } from "./watching/watch-run.ts";

type Options = RunOptions & {
  readonly tier?: string;
  readonly again?: boolean;
  readonly detach?: boolean;
  readonly quiet?: boolean;
};

/** `dojo run`. */
export function register(command: Command): void {
  command
    .requiredOption("--task <task>", "what to fine-tune for: see `dojo tasks`")
    .requiredOption("--agent <agent>", `who decides: ${AGENTS.join(", ")}`)
    .option("--seed <n>", "seed of everything random in the run", wholeNumber(0), 0)
    .option("--iterations <n>", "iterations at most", wholeNumber(0))
    .addOption(new Option("--tier <tier>", "size of data and models").choices(TIERS))
    .option("--base-model <name>", "a base model of the configuration (default: the card's)")
    .option("--backbone <name>", "language model: builtin, or one of the configuration", "builtin")
    .option("--study <name>", "study that the run belongs to", "local")
    .option("--variant <name>", "name of the agent with its settings (default: the agent's)")
    .option("--again", "repeat a run that exists, under the next number")
    .option("--detach", "print the run's id and return at once")
    .option("--quiet", "print nothing until the run has closed")
    .option("--max-gpu-seconds <n>", "limit for the time on a device", positiveNumber)
    .option("--max-usd <n>", "limit for the price of model calls", positiveNumber)
    .option("--max-tokens <n>", "limit for the tokens of model calls", wholeNumber(1))
    .option("--max-wall <time>", "limit for the wall time: seconds, or 30m, 2h", duration)
    .option("--target <score>", "validation score at which the run stops", score)
    .option("--max-repairs <n>", "repairs of a submission per iteration", wholeNumber(0))
    .option("--ablate <parts>", "switch parts of ft-agent off: failFast,feedback,memory")
    .option("--approve", "let each proposal wait for `dojo approve`")
    .option("--allow-unprotected", "run a language model's code without bubblewrap or container")
    .addHelpText(
      "after",
      "\nExample:\n  dojo run --task aime25 --agent ft-agent --seed 7 --iterations 6",
    )
    .action(async (options: Options, verb: Command) => {
      const { config, json } = contextOf(verb, { tier: options.tier });
      const { spec } = planRun(options, config, process.env);
      await withStack(config, async (stack) => {
        const used = (id: string) =>
          withStore(
            config,
            async (store) => store !== null && (await getRun(store.db, id)) !== null,
          );
        const started = await startRun({ stack, spec, again: options.again ?? false, used });
        if (options.detach) return detached(stack, started.id, json);
        say(`${started.id} started; Ctrl-C leaves it running${atUi(stack, started.id)}`);
        process.exitCode = await watchRun({
          stack,
          id: started.id,
          mode: options.quiet ? "quiet" : humanMode(),
          signal: onInterrupt(),
          answer: json ? "json" : "text",
        });
      });
    });
}

function detached(stack: Stack, id: string, json: boolean): void {
  if (json) printJson({ id, uiUrl: uiUrl(stack, id) });
  else print(id);
  say(`next: dojo watch ${id}`);
  process.exitCode = EXIT.done;
}

function atUi(stack: Stack, id: string): string {
  const url = uiUrl(stack, id);
  return url === null ? "" : `\n${url}`;
}

/** The run's page in the Temporal UI; null for a server elsewhere. */
function uiUrl(stack: Stack, id: string): string | null {
  if (stack.uiUrl === null) return null;
  return `${stack.uiUrl}/namespaces/${stack.config.temporal.namespace}/workflows/${encodeURIComponent(id)}`;
}
