import { Command, Option } from "commander";
import { EXIT } from "./cli-error.ts";
import { explain } from "./explain.ts";
import { VERBS } from "./verbs.ts";

/** Options with a value that may stand before the verb. */
const VALUED_GLOBALS = new Set(["--home", "--config", "--set"]);

/** Runs `dojo` with the arguments after its name; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command("dojo")
    .description("FT-Dojo on Temporal: durable, autonomous fine-tuning runs")
    .usage("VERB [options]")
    .option("--json", "answer with one JSON document on stdout; messages go to stderr")
    .option("--home <folder>", "state of this stack (default: .dojo, or DOJO_HOME)")
    .option("--config <file>", "configuration over the tier's (default: DOJO_CONFIG)")
    .addOption(
      new Option(
        "--set <key=value>",
        "one value of the configuration, by its dotted path",
      ).argParser((value: string, all: string[] | undefined) => [...(all ?? []), value]),
    )
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: (text) => process.stderr.write(oneLine(text)) })
    .exitOverride();
  program.addHelpText("after", "\n`dojo VERB --help` shows a verb's options with an example.");
  try {
    await registerVerbs(program, verbOf(args));
    await program.parseAsync(args, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : EXIT.done;
  } catch (error) {
    return explain(error);
  }
}

/** Lists every verb, and loads the module of the one that is used. */
async function registerVerbs(program: Command, used: string | null): Promise<void> {
  for (const [name, verb] of Object.entries(VERBS)) {
    const command = program.command(name).description(verb.summary).helpGroup(`${verb.group}:`);
    if (name === used) (await verb.load()).register(command);
  }
}

function verbOf(args: readonly string[]): string | null {
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? "";
    if (VALUED_GLOBALS.has(word)) at++;
    else if (word === "help") continue;
    else if (!word.startsWith("-")) return word;
  }
  return null;
}

/** commander's messages in the house's form: `dojo: unknown command 'dow' (did you mean down?)`. */
function oneLine(text: string): string {
  return text.replace(/^error: /, "dojo: ").replace(/\n\(Did you mean/, " (did you mean");
}

if (import.meta.main) {
  // A reader that has seen enough (`dojo show … | head`) is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? EXIT.done : EXIT.failed);
  });
  process.exit(await main(process.argv.slice(2)));
}
