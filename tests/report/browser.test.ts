import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { renderComparison } from "../../report/render-comparison.ts";
import { renderRunReport } from "../../report/render-run-report.ts";
import { findChromium, startChromium } from "../support/chromium.ts";
import { missingTool } from "../support/missing-tool.ts";
import { aBaseModelReport, aReport, HOSTILE } from "../support/report-data.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** One element for each pair of colours that the page uses for text. */
const READ = [
  "h1",
  "figcaption",
  ".badge.warn",
  ".badge.good",
  ".badge.bad",
  ".lead dd",
  "thead th",
  "a",
];

/** Contrast of an element's text to what is behind it, as WCAG 2 defines it; runs in the page. */
function contrast(element: BrowserElement): number {
  const style = (at: BrowserElement) => at.ownerDocument.defaultView.getComputedStyle(at);
  const luminance = (colour: string): number => {
    const parts = (colour.match(/\d+(\.\d+)?/g) ?? []).slice(0, 3).map((part) => {
      const share = Number(part) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (parts[0] ?? 0) + 0.7152 * (parts[1] ?? 0) + 0.0722 * (parts[2] ?? 0);
  };
  let behind: BrowserElement | null = element;
  while (behind !== null && style(behind).backgroundColor === "rgba(0, 0, 0, 0)") {
    behind = behind.parentElement;
  }
  const text = luminance(style(element).color);
  const ground = behind === null ? 1 : luminance(style(behind).backgroundColor);
  return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
}

/** The little of the DOM that {@link contrast} touches: the project is type-checked without the browser's types. */
interface BrowserElement {
  readonly parentElement: BrowserElement | null;
  readonly ownerDocument: {
    readonly defaultView: {
      getComputedStyle(element: BrowserElement): {
        readonly color: string;
        readonly backgroundColor: string;
      };
    };
  };
}

const found = findChromium();
if ("missing" in found) missingTool("the report in a real browser", found.missing);
else {
  describe("the report in a real browser", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startChromium(found.path);
    });
    afterAll(() => browser.close());

    /** Opens a page from a file and notes whatever it should not do. */
    async function show(text: string, options: Parameters<Browser["newPage"]>[0] = {}) {
      const page = await browser.newPage(options);
      onTestFinished(() => page.close());
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(`console: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
      page.on("dialog", (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        return dialog.dismiss();
      });
      page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url())) complaints.push(`request: ${request.url()}`);
      });
      const file = join(temporaryFolder(), "report.html");
      writeFileSync(file, text);
      await page.goto(pathToFileURL(file).href);
      return { page, complaints };
    }

    const charts = (page: Page) =>
      page.locator("figure svg").evaluateAll((found) =>
        found.map((svg) => ({
          label: svg.getAttribute("aria-label")?.split(". ")[0],
          drawn: svg.querySelectorAll("path, rect, circle, line").length > 4,
          visible: svg.getBoundingClientRect().height > 60,
        })),
      );

    test("a run's page shows its charts, asks for nothing and complains of nothing", async () => {
      const { page, complaints } = await show(renderRunReport(aReport()));
      expect(await charts(page)).toEqual(
        ["Score per iteration", "Training loss", "Seconds per stage", "Errors on dev by class"].map(
          (label) => ({ label, drawn: true, visible: true }),
        ),
      );
      expect(complaints).toEqual([]);
    });

    test("several runs stand side by side, each with its own report", async () => {
      const { page, complaints } = await show(renderComparison([aReport(), aBaseModelReport()]));
      const titles = (await charts(page)).map((chart) => chart.label);
      expect(titles.slice(0, 3)).toEqual([
        "Held-out test score",
        "Best validation score after each iteration",
        "Seconds per stage, by run",
      ]);
      await page.getByText("ft-agent: the whole report").click();
      expect(await page.locator("#run1-lineage").isVisible()).toBe(true);
      const ids = await page
        .locator("[id]")
        .evaluateAll((elements) => elements.map((element) => element.id));
      expect(new Set(ids).size).toBe(ids.length);
      expect(complaints).toEqual([]);
    });

    test("nothing that a model wrote runs or becomes markup", async () => {
      for (const text of [
        renderRunReport(aReport(HOSTILE)),
        renderComparison([aReport(HOSTILE), aReport(HOSTILE)]),
      ]) {
        const { page, complaints } = await show(text);
        expect(await page.locator("script, img, iframe, object").count()).toBe(0);
        const handlers = await page
          .locator("*")
          .evaluateAll(
            (elements) =>
              elements
                .flatMap((element) => element.getAttributeNames())
                .filter((name) => name.startsWith("on")).length,
          );
        expect(handlers).toBe(0);
        expect(await page.getByText("<script>alert(1)</script>").count()).toBeGreaterThan(0);
        expect(complaints).toEqual([]);
      }
    });

    test.for(["light", "dark"] as const)("text can be read in %s", async (colorScheme) => {
      const { page } = await show(renderRunReport(aReport()), { colorScheme });
      for (const selector of READ) {
        const ratio = await page.locator(selector).first().evaluate(contrast);
        expect(ratio, selector).toBeGreaterThanOrEqual(4.5);
      }
    });

    test("on a phone only tables and charts scroll sideways, not the page", async () => {
      const viewport = { width: 360, height: 700 };
      const { page } = await show(renderRunReport(aReport()), { viewport });
      expect(await page.locator("html").evaluate((root) => root.scrollWidth)).toBe(360);
    });

    test("printed, everything that was folded is there", async () => {
      const { page } = await show(renderRunReport(aReport()));
      await page.emulateMedia({ media: "print" });
      const folded = page.locator("details table").first();
      expect((await folded.boundingBox())?.height ?? 0).toBeGreaterThan(50);
      expect((await page.pdf({ format: "A4" })).byteLength).toBeGreaterThan(10_000);
    });
  });
}
