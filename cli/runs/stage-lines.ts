import type { Palette } from "../terminal/palette.ts";
import { formatPairs } from "../terminal/table.ts";
import type { PendingStage } from "../watching/pending-stages.ts";

/** What a workflow waits for right now, a line per activity, with attempt and last failure. */
export function stageLines(stages: readonly PendingStage[], palette: Palette): string[] {
  return formatPairs(
    stages.map((stage) => [stage.activityId, stageText(stage, palette)] as const),
    palette.dim,
  );
}

function stageText(stage: PendingStage, palette: Palette): string {
  const state =
    stage.progress === null
      ? stage.state
      : stage.progress.state === "waiting"
        ? "waits for the device"
        : stage.progress.message;
  const trouble =
    stage.failure === null ? "" : palette.red(`, attempt ${stage.attempt} after: ${stage.failure}`);
  return `${stage.stage}: ${state}${trouble}`;
}
