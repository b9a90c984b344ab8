import type { RunRecord } from "../protocol/records.ts";

/** Short names of runs on one page: the variant; with task and seed where those differ; the whole id where that is not enough. */
export function runNames(runs: readonly RunRecord[]): string[] {
  const several = (of: (run: RunRecord) => unknown): boolean => new Set(runs.map(of)).size > 1;
  const tasks = several((run) => run.spec.task);
  const seeds = several((run) => run.spec.seed);
  const names = runs.map(({ spec }) => {
    const task = tasks ? ` ${spec.task}` : "";
    const seed = seeds ? ` s${spec.seed}` : "";
    return `${spec.variant}${task}${seed}`;
  });
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name) ? name : (runs[index] as RunRecord).id,
  );
}
