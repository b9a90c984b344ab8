import type { Decision } from "../protocol/agent.ts";
import type { PairedDelta } from "../protocol/interval.ts";
import type { Acceptance } from "../protocol/run-spec.ts";

/** What follows from the first comparison of a candidate with the best so far. */
export type Verdict = "accept" | "reject" | "confirm";

/**
 * The rule of acceptance (DESIGN section 6): enough probability over items, and a gain that the noise between training seeds
 * does not explain. A smaller gain is confirmed by training again with another seed.
 */
export function judge(options: {
  readonly delta: PairedDelta;
  /** Standard deviation of the score between training seeds. */
  readonly seedSpread: number;
  readonly rule: Acceptance;
}): Verdict {
  const { delta, rule } = options;
  if (delta.delta <= 0 || delta.probability < rule.minimumProbability) return "reject";
  return delta.delta < rule.confirmBelowSpreads * options.seedSpread ? "confirm" : "accept";
}

/** The decision after a confirmation: the mean over both training seeds must still pass the rule over items. */
export function judgeConfirmed(delta: PairedDelta, rule: Acceptance): boolean {
  return delta.delta > 0 && delta.probability >= rule.minimumProbability;
}

/** The decision in words, with the figures that decided. */
export function explain(options: {
  readonly accepted: boolean;
  readonly delta: PairedDelta;
  readonly rule: Acceptance;
  readonly confirmed: "not-needed" | "yes" | "no";
}): Decision {
  const { accepted, delta, rule, confirmed } = options;
  const figures = `${signed(delta.delta)} [${signed(delta.low)}, ${signed(delta.high)}] on validation against the best so far, probability ${delta.probability.toFixed(3)} (needed ${rule.minimumProbability})`;
  const seeds = {
    "not-needed": "",
    yes: ", mean over two training seeds after a confirmation",
    no: ", and a second training seed did not confirm it",
  }[confirmed];
  return { accepted, reason: `${accepted ? "accepted" : "rejected"}: ${figures}${seeds}` };
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(3)}`;
}
