import { describe, expect, test } from "vitest";
import { spread } from "../../report/charts/spread.ts";
import { html } from "../../report/html.ts";
import { renderComparison } from "../../report/render-comparison.ts";
import { renderRunReport } from "../../report/render-run-report.ts";
import { runNames } from "../../report/run-names.ts";
import { scoreboard } from "../../report/scoreboard.ts";
import { aRun } from "../support/records.ts";
import { aBaseModelReport, aReport, HOSTILE } from "../support/report-data.ts";

describe("a run's page", () => {
  test("tells scores, decisions, marks and lineage", () => {
    const page = renderRunReport(aReport());
    for (const text of [
      "ft-agent on aime25, seed 7",
      "0.843",
      "[0.800, 0.883], 300 items",
      "unprotected",
      "Keeping only rows whose completion has a boxed answer",
      "difference −0.030 to iteration 3, probability 0.120 (needs 0.95)",
      "failed in curation",
      "code-raised",
      `title="${"8".repeat(64)}"`,
      "The feedback of baseline can't be read: artifact missing",
    ]) {
      expect(page.includes(text), text).toBe(true);
    }
  });

  test("is the same, byte for byte, for the same data", () => {
    expect(renderRunReport(aReport())).toBe(renderRunReport(aReport()));
  });

  test("is small and holds no address to load anything from", () => {
    const page = renderRunReport(aReport());
    expect(page.length).toBeLessThan(200_000);
    expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(
      /https?:\/\/|url\(|<script|@import/,
    );
  });

  test("shows a run that has only just begun", () => {
    const nothing = aReport();
    const page = renderRunReport({
      run: {
        ...nothing.run,
        status: "running",
        baseline: null,
        best: null,
        bestValidation: null,
        test: null,
        closedAt: null,
        stopReason: null,
      },
      iterations: [],
      otherExperiments: [],
    });
    expect(page).toContain("still running");
    expect(page).toContain("not opened");
    expect(page).not.toContain("NaN");
  });

  test("every chart has its figures as a table too", () => {
    const page = renderRunReport(aReport());
    expect(page.match(/<figure>/g)).toHaveLength(4);
    expect(page.match(/The same as a table/g)).toHaveLength(4);
  });
});

describe("several runs side by side", () => {
  test("names each run by what sets it apart", () => {
    const run = aRun();
    const seed = (n: number) => ({ ...run, id: `s${n}`, spec: { ...run.spec, seed: n } });
    const variant = { ...run, spec: { ...run.spec, variant: "base-model" } };
    expect(runNames([run, variant])).toEqual(["ft-agent", "base-model"]);
    expect(runNames([seed(1), seed(2)])).toEqual(["ft-agent s1", "ft-agent s2"]);
    expect(runNames([run, { ...run, id: `${run.id}.2` }])).toEqual([run.id, `${run.id}.2`]);
  });

  test("shows a run without a test or iterations beside another", () => {
    const base = aBaseModelReport();
    const page = renderComparison([aReport(), { ...base, run: { ...base.run, test: null } }]);
    expect(page).toContain("base-model");
    expect(page).not.toContain("NaN");
  });
});

describe("the terminal scoreboard", () => {
  test("shows scores with intervals, decisions with reasons, and seconds per stage", () => {
    const lines = scoreboard([aReport(), aBaseModelReport()]);
    expect(lines[1]).toMatch(
      /^ft-agent +0\.843 \[0\.800, 0\.883\] .* unprotected, budget changed$/,
    );
    expect(lines[2]).toMatch(/^base-model +0\.003 \[0\.000, 0\.018\]/);
    expect(lines.join("\n")).toMatch(/it 2 +– +failed +the experiment failed in curation/);
    expect(lines.join("\n")).toMatch(/seconds +check +sample curation .* together/);
    expect(lines.join("\n")).toMatch(/ft-agent it 1 +0\.4 +1\.1 +3\.2 +1\.8 +0\.9 +21\.0/);
    for (const line of scoreboard([aReport()], { columns: 80 }).slice(3, 10)) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  test("text of a model can't steer the terminal", () => {
    const report = aReport();
    const [first, ...rest] = report.iterations;
    if (first === undefined) throw new Error("no iteration");
    const decision = { accepted: false, reason: `a\u001b]0;title\u0007\r\n\u202eb ${HOSTILE}` };
    const iterations = [{ ...first, record: { ...first.record, decision } }, ...rest];
    const text = scoreboard([{ ...report, iterations }], { columns: 400 }).join("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });
});

describe("pieces", () => {
  test("templates escape text and attributes, and join lists", () => {
    const evil = `<b a="1" b='2'>&\u0000`;
    expect(html`<i title="${evil}">${evil}</i>${[html`<u></u>`, null, false, 3]}`.text).toBe(
      `<i title="&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;\ufffd">&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;\ufffd</i><u></u>3`,
    );
  });

  test("labels are moved apart, in order, and no further than needed", () => {
    expect(spread([10, 50], 14)).toEqual([10, 50]);
    expect(spread([30, 10, 31], 14)).toEqual([23.5, 10, 37.5]);
    const crowd = spread([5, 5, 5, 5], 10);
    expect([...crowd].sort((a, b) => a - b)).toEqual([-10, 0, 10, 20]);
  });
});
