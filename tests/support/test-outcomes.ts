import { relative } from "node:path";
import { z } from "zod";

/** One test's outcome, from any runner. */
export interface Outcome {
  readonly name: string;
  readonly status: "passed" | "failed" | "skipped";
  /** Why it was skipped, where the runner tells. */
  readonly reason: string | null;
}

const vitestReportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** Outcomes in vitest's JSON report; a file that failed without a failed test (it did not load) is one failure. */
export function readVitest(report: string, root: string): Outcome[] {
  return vitestReportSchema.parse(JSON.parse(report)).testResults.flatMap((file) => {
    const path = relative(root, file.name);
    const tests = file.assertionResults.map(({ fullName, status }) => ({
      name: `${path}: ${fullName}`,
      status: vitestStatus(status),
      reason: null,
    }));
    const unexplained =
      file.status === "failed" && !tests.some(({ status }) => status === "failed");
    return unexplained
      ? [...tests, { name: path, status: "failed" as const, reason: null }]
      : tests;
  });
}

function vitestStatus(status: string): Outcome["status"] {
  if (status === "passed" || status === "failed") return status;
  return "skipped";
}

/** Outcomes in pytest's JUnit XML report. */
export function readJunit(xml: string): Outcome[] {
  const cases = xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g);
  return [...cases].map(([, attributes = "", body = ""]) => {
    const name = `${attribute(attributes, "classname")}: ${attribute(attributes, "name")}`;
    const skipped = /<skipped\b([^>]*)/.exec(body);
    if (skipped !== null) {
      return { name, status: "skipped", reason: attribute(skipped[1] ?? "", "message") };
    }
    return { name, status: /<(failure|error)\b/.test(body) ? "failed" : "passed", reason: null };
  });
}

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return value
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#10;", " ")
    .replaceAll("&amp;", "&");
}
