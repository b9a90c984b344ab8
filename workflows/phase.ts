import {
  defineSignal,
  getExternalWorkflowHandle,
  log,
  upsertSearchAttributes,
  workflowInfo,
} from "@temporalio/workflow";
import { DOJO_OUTCOME, DOJO_PHASE, type Phase } from "../protocol/search-attributes.ts";

/** An experiment tells its run which phase it is in, so that runs too are found by phase. */
export const phaseSignal = defineSignal<[Phase]>("experimentPhase");

/** Sets this experiment's phase (and outcome, at its end) and tells the parent run. */
export async function announcePhase(phase: Phase, outcome?: string): Promise<void> {
  upsertSearchAttributes([
    { key: DOJO_PHASE, value: phase },
    ...(outcome === undefined ? [] : [{ key: DOJO_OUTCOME, value: outcome }]),
  ]);
  const parent = workflowInfo().parent;
  if (parent === undefined || phase === "closed") return;
  try {
    await getExternalWorkflowHandle(parent.workflowId).signal(phaseSignal, phase);
  } catch (error) {
    // The parent may have been terminated; the experiment is then stopped by the server anyway.
    log.warn("could not tell the run about the phase", { phase, error });
  }
}
