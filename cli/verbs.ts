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
  tasks: {
    summary: "the tasks, and `tasks show TASK`",
    group: "Tasks",
    load: () => import("./tasks.ts"),
  },
  data: {
    summary: "`data prepare`: raw sources and splits, pinned and checked",
    group: "Tasks",
    load: () => import("./data.ts"),
  },
  experiment: {
    summary: "one submission through the environment, by hand",
    group: "Tasks",
    load: () => import("./experiment.ts"),
  },
  run: {
    summary: "one agent on one task with one seed",
    group: "Runs",
    load: () => import("./run.ts"),
  },
  study: {
    summary: "tasks x agents x seeds: `study start`, `status`, `fill`",
    group: "Runs",
    load: () => import("./study.ts"),
  },
  sweep: {
    summary: "scheduled studies with a regression gate: `sweep create`, `gate`, …",
    group: "Runs",
    load: () => import("./sweep.ts"),
  },
  show: {
    summary: "a run, an experiment or a study as it stands",
    group: "Runs",
    load: () => import("./show.ts"),
  },
  watch: {
    summary: "a run, an experiment or a study, live",
    group: "Runs",
    load: () => import("./watch.ts"),
  },
  report: {
    summary: "runs as one HTML page",
    group: "Runs",
    load: () => import("./report.ts"),
  },
  diff: {
    summary: "what differs between two runs, experiments or studies",
    group: "Runs",
    load: () => import("./diff.ts"),
  },
  export: {
    summary: "the accepted model with its card, strategy and lineage",
    group: "Runs",
    load: () => import("./export.ts"),
  },
  pause: {
    summary: "hold a run or a study before its next stage",
    group: "Runs",
    load: () => import("./pause.ts"),
  },
  resume: {
    summary: "let a paused run or study go on",
    group: "Runs",
    load: () => import("./resume.ts"),
  },
  cancel: {
    summary: "stop a run, an experiment or a study, and its jobs",
    group: "Runs",
    load: () => import("./cancel.ts"),
  },
  steer: {
    summary: "give a run's agent a hint",
    group: "Runs",
    load: () => import("./steer.ts"),
  },
  budget: {
    summary: "change a run's limits",
    group: "Runs",
    load: () => import("./budget.ts"),
  },
  approve: {
    summary: "approve or refuse the proposal that waits",
    group: "Runs",
    load: () => import("./approve.ts"),
  },
  score: {
    summary: "a task's scorer alone, offline",
    group: "Operators",
    load: () => import("./score.ts"),
  },
  audit: {
    summary: "the contamination audit alone, with the matched rows",
    group: "Operators",
    load: () => import("./audit.ts"),
  },
  replay: {
    summary: "replay a recorded history against today's workflow code",
    group: "Operators",
    load: () => import("./replay.ts"),
  },
};
