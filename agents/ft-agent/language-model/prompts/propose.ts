/** Instruction of the phase propose. */
export function proposePrompt(context: string, iteration: number, iterationsLeft: number): string {
  return `${context}

# Your turn: plan iteration ${iteration} (${iterationsLeft} ${iterationsLeft === 1 ? "iteration is" : "iterations are"} left, this one included)

Propose one strategy. Weigh what each earlier experiment changed against what it brought; build on the best one unless there is a reason
to start elsewhere; name that iteration as \`parent\` (null: from nothing). Do not repeat an experiment. Change few things at a time once
the score is good, more while it is poor. Say which evidence speaks for the hypothesis. The plans are steps that another engineer can
implement without asking: which sources, which filters and rewrites with their exact rules, which training settings with their values.
Limits: hypothesis 600 characters, reason 2,000, at most 20 steps of 600 characters in each plan.

Set \`stop\` to a reason, and \`strategy\` to null, only if no experiment that is left could improve the score; otherwise \`stop\` is null.`;
}
