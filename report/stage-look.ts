import { STAGES, type Stage } from "../protocol/stage.ts";

/** Label and colour of a stage, the same in every chart and table. */
export interface StageLook {
  readonly stage: Stage;
  readonly label: string;
  readonly colour: string;
}

const LABELS: Readonly<Record<Stage, string>> = {
  checkSubmission: "check",
  curateSample: "sample curation",
  probeTraining: "probe",
  curateData: "curation",
  auditContamination: "audit",
  trainModel: "training",
  generatePredictions: "generation",
  drawCharts: "drawing",
  scorePredictions: "scoring",
  aggregateFeedback: "feedback",
};

/** All stages in order; the colours are defined in the page's style sheet. */
export const STAGE_LOOKS: readonly StageLook[] = STAGES.map((stage, index) => ({
  stage,
  label: LABELS[stage],
  colour: `var(--stage-${index + 1})`,
}));

/** A stage's label; what is no stage is shown as it is. */
export function stageLabel(stage: string): string {
  return LABELS[stage as Stage] ?? stage;
}
