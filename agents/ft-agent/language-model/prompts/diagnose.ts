/** Instruction of the phase diagnose. */
export function diagnosePrompt(
  context: string,
  parts: { readonly strategy: string; readonly feedback: string; readonly decision: string },
): string {
  return `${context}

# Your turn: diagnose this experiment

${parts.strategy}

Its feedback:

${parts.feedback}

Decision: ${parts.decision}

Say what happened and why, from the lowest level that explains it: did it run (L0), was the data as intended (L1), did training converge
(L2), what moved in the benchmark (L3), which errors are left (L4). Lessons are statements that stay true for later iterations, each with
its figures, each understandable alone. Suggestions say what to try next. Limits: summary 2,000 characters, at most 12 lessons and 12
suggestions of 600 characters each.`;
}
