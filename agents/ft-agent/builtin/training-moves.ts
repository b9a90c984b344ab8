import { STARTING_RATES } from "./first-plan.ts";
import { type Move, orElse, percent, type Situation } from "./move.ts";
import { isVerified, withTraining } from "./plan.ts";

/** Learning rates tried, in order: neighbours differ by a factor of about two, since optima are about that narrow. */
const LEARNING_RATES = [
  5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 3e-4, 6e-4, 1e-3, 2e-3, 3e-3, 5e-3, 8e-3,
];

/** Moves of the training settings: learning rate first, since it matters most, then steps, batch, schedule. */
export function trainingMoves(situation: Situation): readonly Move[] {
  const { plan, symptoms, card } = situation;
  const overfit = orElse(symptoms.overfit, 0.1);
  const underfit = Math.max(orElse(symptoms.underfit, 0.3), unlearned(situation) * (1 - overfit));
  const unstable = orElse(symptoms.unstable, 0);
  const rate = plan.train.learning_rate;
  const moves: Move[] = [];
  const add = (
    id: string,
    expectedGain: number,
    description: string,
    evidence: string,
    change: Partial<typeof plan.train>,
  ) =>
    moves.push({
      id,
      part: "training",
      expectedGain,
      description,
      evidence,
      plan: withTraining(plan, change),
    });
  const fit = `underfitting ${percent(underfit)}, overfitting ${percent(overfit)}, instability ${percent(unstable)} by the loss curve`;
  const up = LEARNING_RATES.filter((each) => each > rate * 1.01);
  const down = LEARNING_RATES.filter((each) => each < rate * 0.99).toReversed();
  const height = rate / STARTING_RATES[card.tier];
  // The higher the rate already is, the less likely is a still higher one to help.
  const highRate = height >= 5 ? 0.15 : height >= 3 ? 0.4 : 1;
  if (up[0]) {
    add(
      "learning-rate-up",
      highRate * (0.12 + 0.4 * underfit - 0.3 * overfit - unstable),
      `learning rate ${rate} to ${up[0]}`,
      fit,
      { learning_rate: up[0] },
    );
  }
  if (up[1] && underfit > 0.2) {
    add(
      "learning-rate-up-twice",
      highRate * (0.1 + 0.45 * underfit - 0.3 * overfit - unstable),
      `learning rate ${rate} to ${up[1]}`,
      fit,
      { learning_rate: up[1] },
    );
  }
  if (down[0]) {
    add(
      "learning-rate-down",
      0.05 + 0.25 * overfit + 0.6 * unstable - 0.1 * underfit,
      `learning rate ${rate} to ${down[0]}`,
      fit,
      { learning_rate: down[0] },
    );
  }
  const steps = plan.train.max_steps ?? card.limits.maxSteps;
  if (steps < card.limits.maxSteps) {
    const more = Math.min(card.limits.maxSteps, Math.ceil(steps * 1.5));
    add("more-steps", 0.1 + 0.4 * underfit - 0.3 * overfit, `${steps} to ${more} steps`, fit, {
      max_steps: more,
    });
  }
  if (steps >= 40) {
    const fewer = Math.ceil(steps / 2);
    add("fewer-steps", 0.01 + 0.2 * overfit - 0.3 * underfit, `${steps} to ${fewer} steps`, fit, {
      max_steps: fewer,
    });
  }
  const batch = plan.train.per_device_train_batch_size;
  if (batch < 64) {
    add("larger-batch", 0.06 + 0.3 * underfit, `batches of ${batch * 2} rows`, fit, {
      per_device_train_batch_size: batch * 2,
    });
  }
  if (batch > 16) {
    add("smaller-batch", 0.02, `batches of ${batch / 2} rows`, fit, {
      per_device_train_batch_size: batch / 2,
    });
  }
  if (plan.train.lr_scheduler_type === "linear") {
    add("cosine-schedule", 0.04, "cosine instead of linear decay", fit, {
      lr_scheduler_type: "cosine",
    });
  }
  if (plan.train.weight_decay < 0.1) {
    add("weight-decay", 0.01 + 0.08 * overfit, "weight decay 0.1", fit, { weight_decay: 0.1 });
  }
  if (plan.train.warmup_ratio < 0.1) {
    add("longer-warm-up", 0.02 + 0.2 * unstable, "warm-up over a tenth of the steps", fit, {
      warmup_ratio: 0.1,
    });
  }
  return moves;
}

/** Wrong answers in the right format that are no fault of the rows any more, once these are verified: not learned yet. */
function unlearned({ plan, symptoms }: Situation): number {
  return (symptoms.wrong ?? 0) * (isVerified(plan) ? 0.7 : 0.3);
}
