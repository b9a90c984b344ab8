import { readdirSync, readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import type { AgentTaskCard } from "../../../protocol/agent.ts";
import type { SubmissionFiles } from "../../../protocol/strategy.ts";
import { type Plan, planSchema } from "./plan.ts";

const LIBRARY = new URL("./curation/", import.meta.url);
const PLAN_LINE = /^PLAN = json\.loads\((".*")\)$/m;

/**
 * The files of a plan: train.yaml, and a process_data.py that stands alone (standard library only): the operations of
 * `curation/`, in the order of their file names, and the data part of the plan as JSON. The script says nothing of the training, so
 * that another learning rate leaves its sha256, by which curated data is kept, as it was.
 */
export function renderSubmission(plan: Plan, card: AgentTaskCard): SubmissionFiles {
  const document = {
    sources: plan.sources.map((source) => {
      const described = card.sources.find(({ name }) => name === source.name);
      if (!described)
        throw new Error(`the plan names a source that the card lacks: ${source.name}`);
      const { file, promptField, completionField } = described;
      return { ...source, file, promptField, completionField };
    }),
    format: {
      pattern: card.answerPattern,
      template: card.answerTemplate,
      labels: card.answerLabels,
    },
    operations: plan.operations,
  };
  // Escaped to ASCII as JSON, then quoted as a JSON string, which is a Python string literal too.
  const literal = JSON.stringify(
    JSON.stringify(document).replace(
      /[^\x20-\x7e]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  );
  const parts = libraryParts();
  const [head, ...rest] = parts;
  const processData = [`${head}\n\nPLAN = json.loads(${literal})`, ...rest].join("\n\n");
  return { processData: `${processData}\n`, trainYaml: stringify(plan.train) };
}

/** The plan that rendered files carry; null where it is none of ours. */
export function planOf(files: SubmissionFiles): Plan | null {
  const literal = PLAN_LINE.exec(files.processData)?.[1];
  if (!literal) return null;
  try {
    const document = JSON.parse(JSON.parse(literal) as string) as {
      sources: Record<string, unknown>[];
      operations: unknown;
    };
    return planSchema.parse({
      sources: document.sources.map(({ name, rewrite, cap, repeat }) => ({
        name,
        rewrite,
        cap,
        repeat,
      })),
      operations: document.operations,
      train: parse(files.trainYaml),
    });
  } catch {
    return null;
  }
}

function libraryParts(): readonly string[] {
  const names = readdirSync(LIBRARY)
    .filter((name) => name.endsWith(".py"))
    .toSorted();
  return names.map((name) => readFileSync(new URL(name, LIBRARY), "utf8").trim());
}
