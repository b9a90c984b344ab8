import type { Command } from "commander";

/** A verb's module: fills in arguments, options, `--help` example and action of the command that it is given. */
export interface VerbModule {
  register(command: Command): void;
}

/** A line of the table of verbs. Modules are loaded only when their verb is used, so that `--help` stays quick. */
export interface Verb {
  readonly summary: string;
  /** Heading in `dojo --help`. */
  readonly group: "Stack" | "Tasks" | "Runs" | "Operators";
  load(): Promise<VerbModule>;
}

/** All verbs, in the order of `dojo --help`. */
export const VERBS: Readonly<Record<string, Verb>> = {
  doctor: {
    summary: "what is there, what is missing, how to get it",
    group: "Stack",
    load: () => import("./doctor.ts"),
  },
  up: { summary: "start the embedded stack", group: "Stack", load: () => import("./up.ts") },
  down: { summary: "stop the embedded stack", group: "Stack", load: () => import("./down.ts") },
  status: {
    summary: "the embedded stack's processes",
    group: "Stack",
    load: () => import("./status.ts"),
  },
  worker: {
    summary: "run one pool in the foreground (production)",
    group: "Stack",
    load: () => import("./worker.ts"),
  },
};
