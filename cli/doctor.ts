import type { Command } from "commander";
import { EXIT } from "./cli-error.ts";
import { contextOf } from "./context.ts";
import { examine } from "./doctor/examine.ts";
import { print, printJson, say } from "./output.ts";

const MARKS = { ok: "ok", missing: "missing", optional: "not here" } as const;

/** `dojo doctor`: exit code 1 when something that is needed is missing. */
export function register(command: Command): void {
  command.addHelpText("after", "\nExample:\n  dojo doctor --json").action(async () => {
    const { config, json } = contextOf(command);
    const findings = await examine(config);
    const missing = findings.filter(({ status }) => status === "missing");
    if (missing.length > 0) process.exitCode = EXIT.failed;
    if (json) return printJson({ ok: missing.length === 0, findings });
    for (const { name, status, detail, advice } of findings) {
      print(`${MARKS[status].padEnd(9)} ${name.padEnd(20)} ${detail}`);
      if (advice !== null) print(`${" ".repeat(31)}-> ${advice}`);
    }
    say(missing.length === 0 ? "next: dojo up" : `${missing.length} needed and missing`);
  });
}
