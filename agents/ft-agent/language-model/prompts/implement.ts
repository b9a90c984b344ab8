/** Instruction of the phase implement: the strategy, the parent's files, what train.yaml may hold. */
export function implementPrompt(
  context: string,
  parts: {
    readonly strategy: string;
    readonly parentFiles: string | null;
    readonly trainSchema: string;
  },
): string {
  return `${context}

# Your turn: implement this strategy

${parts.strategy}

${parts.parentFiles ? `The files of its parent, to start from:\n\n${parts.parentFiles}` : "It starts from nothing."}

Write both files in full. process_data.py: one self-contained script, deterministic given --seed, streaming where sources are large, no
output but the file; skip raw rows that are malformed instead of failing. Completions end in the card's answer format and match its
answer pattern. train.yaml: YAML with keys of this JSON Schema only (all optional):
${parts.trainSchema}`;
}

/** Instruction of a repair. */
export function repairPrompt(
  context: string,
  parts: {
    readonly strategy: string;
    readonly files: string;
    readonly feedback: string;
    readonly number: number;
    readonly trainSchema: string;
  },
): string {
  return `${context}

# Your turn: repair ${parts.number} of a submission that fail-fast validation refused

The strategy stays:

${parts.strategy}

The files that were refused:

${parts.files}

What happened:

${parts.feedback}

Find the cause, fix it with the smallest change that keeps the strategy, and write both files in full. train.yaml: YAML with keys of this
JSON Schema only (all optional):
${parts.trainSchema}`;
}
