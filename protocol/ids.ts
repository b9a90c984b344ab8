/** What names a run: one agent variant on one task with one seed. */
export interface RunKey {
  readonly study: string;
  readonly task: string;
  readonly variant: string;
  readonly seed: number;
  /** 1 for the first run of this key; `--again` numbers the later ones. */
  readonly attempt?: number;
}

/** Workflow id of a run: `run/<study>/<task>/<variant>/s<seed>`, then `.2`, `.3`, … for repeats. */
export function runId(key: RunKey): string {
  const again = key.attempt !== undefined && key.attempt > 1 ? `.${key.attempt}` : "";
  return `run/${key.study}/${key.task}/${key.variant}/s${key.seed}${again}`;
}

const RUN_ID = /^run\/([^/]+)\/([^/]+)\/([^/]+)\/s(\d+)(?:\.(\d+))?$/;

/** The parts of a run id, or null when the text is not one. */
export function parseRunId(id: string): Required<RunKey> | null {
  const match = RUN_ID.exec(id);
  if (match === null) return null;
  const [, study = "", task = "", variant = "", seed = "0", attempt = "1"] = match;
  return { study, task, variant, seed: Number(seed), attempt: Number(attempt) };
}

/** Iteration label: `it03`. */
export function iterationLabel(iteration: number): string {
  return `it${String(iteration).padStart(2, "0")}`;
}

/** Which experiment of an iteration: the first try, a repair, or the confirmation with another training seed. */
export type ExperimentKind =
  | { readonly kind: "first" }
  | { readonly kind: "repair"; readonly number: number }
  | { readonly kind: "confirmation"; readonly number: number };

/** Label of an experiment within its run: `it03`, `it03-r1` (repair), `it03-c1` (confirmation). */
export function experimentLabel(iteration: number, kind: ExperimentKind): string {
  const suffix =
    kind.kind === "first" ? "" : `-${kind.kind === "repair" ? "r" : "c"}${kind.number}`;
  return `${iterationLabel(iteration)}${suffix}`;
}

/** Workflow id of an experiment: `<run id>/it03`, `<run id>/it03-r1`, `<run id>/it03-c1`. */
export function experimentId(run: string, iteration: number, kind: ExperimentKind): string {
  return `${run}/${experimentLabel(iteration, kind)}`;
}

/** The id under which a run's base model is scored. */
export function baselineId(run: string): string {
  return `${run}/baseline`;
}

/** Study, task, variant and hint names: what may stand between the slashes of an id. */
export const NAME_PATTERN = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** What names an experiment by hand. */
export interface HandExperimentKey {
  readonly task: string;
  /** sha256 of the submission's tree: the same files are the same experiment. */
  readonly submissionSha256: string;
  readonly seed: number;
  /** 1 for the first one of this key; `--again` numbers the later ones. */
  readonly attempt: number;
}

/** Workflow id of an experiment by hand: `experiment/<task>/<12 digits of the submission's sha256>/s<seed>`, then `.2`, `.3`, … */
export function handExperimentId(key: HandExperimentKey): string {
  const again = key.attempt > 1 ? `.${key.attempt}` : "";
  return `experiment/${key.task}/${key.submissionSha256.slice(0, 12)}/s${key.seed}${again}`;
}
