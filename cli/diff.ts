import type { Command } from "commander";
import { badInput, failed } from "./cli-error.ts";
import { differences } from "./comparing/facts.ts";
import { loadFacts } from "./comparing/load-facts.ts";
import { contextOf } from "./context.ts";
import { print, printJson } from "./output.ts";
import { withStore } from "./runs/with-store.ts";
import { counted, oneLine } from "./terminal/figures.ts";
import { paletteFor } from "./terminal/palette.ts";
import { formatTable } from "./terminal/table.ts";

/** Columns of a value; what is longer is cut, `--json` has it whole. */
const VALUE_COLUMNS = 44;

/** `dojo diff`. */
export function register(command: Command): void {
  command
    .argument("<a>", "a run, an experiment or study/NAME: its id, or the last parts of it")
    .argument("<b>", "another of the same kind")
    .addHelpText(
      "after",
      "\nFrom the store: what has been recorded. Equal values are left out.\n\nExample:\n  dojo diff aime25/ft-agent/s1 aime25/ft-agent/s2",
    )
    .action(async (typedA: string, typedB: string, _options: unknown, verb: Command) => {
      const { config, json } = contextOf(verb);
      const [a, b] = await withStore(config, async (store) => {
        if (store === null) throw failed("nothing has been recorded yet", "start with `dojo run`");
        return [await loadFacts(store, typedA), await loadFacts(store, typedB)] as const;
      });
      if (a.kind !== b.kind) {
        throw badInput(
          `${a.id} is a ${a.kind} and ${b.id} is a ${b.kind}`,
          "give two of the same kind",
        );
      }
      const found = differences(a.facts, b.facts);
      if (json) return printJson({ a: a.id, b: b.id, kind: a.kind, differences: found });
      const { bold, dim } = paletteFor(process.stdout);
      print(`${bold(a.id)} and ${bold(b.id)}: ${counted(found.length, "difference")}`);
      if (found.length === 0) return;
      const rows = found.map(({ key, a: left, b: right }) => [key, text(left), text(right)]);
      print(formatTable([{ title: "" }, { title: "a" }, { title: "b" }], rows, dim).join("\n"));
    });
}

function text(value: unknown): string {
  if (value === null) return "–";
  if (typeof value === "number") {
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  }
  const written = typeof value === "string" ? value : JSON.stringify(value);
  return /^[0-9a-f]{64}$/.test(written) ? written.slice(0, 12) : oneLine(written, VALUE_COLUMNS);
}
