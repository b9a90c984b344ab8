import { expect, test } from "vitest";
import { closest } from "../../cli/suggest.ts";
import { bytesText, durationText, oneLine } from "../../cli/terminal/figures.ts";
import { progressBar, RateEstimate } from "../../cli/terminal/progress-bar.ts";
import { Screen } from "../../cli/terminal/screen.ts";
import { formatPairs, formatTable } from "../../cli/terminal/table.ts";

test("tables align their columns, coloured cells and wide characters included", () => {
  const lines = formatTable(
    [{ title: "it", align: "right" }, { title: "what" }, { title: "score" }],
    [
      ["1", "\u001b[32mgood\u001b[39m", "0.5"],
      ["10", "naïve", "–"],
    ],
  );
  expect(lines).toEqual(["it  what   score", " 1  \u001b[32mgood\u001b[39m   0.5", "10  naïve  –"]);
  expect(
    formatPairs([
      ["a", "1"],
      ["long", ""],
    ]),
  ).toEqual(["a     1", "long"]);
});

test.each([
  [0, "0.0 s"],
  [9.96, "10 s"],
  [119, "119 s"],
  [200, "3 min 20 s"],
  [7199.6, "2 h 00 min"],
  [7500, "2 h 05 min"],
])("%d seconds read %s", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [999_600, "1.0 MB"],
  [62_600_000, "62.6 MB"],
])("%d bytes read %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test("long text of a model becomes one cut line", () => {
  expect(oneLine("a\n\n b\tc", 10)).toBe("a b c");
  expect(oneLine("abcdef", 4)).toBe("abc…");
});

test("a progress bar is always as wide as asked", () => {
  for (const share of [-1, 0, 0.01, 0.5, 0.999, 1, 2]) {
    expect([...progressBar(share, 10)]).toHaveLength(10);
  }
  expect(progressBar(0.5, 4)).toBe("██··");
});

test("the time left follows the rate seen, and starts anew after a resumed checkpoint", () => {
  const rate = new RateEstimate();
  rate.observe(10, 0);
  expect(rate.secondsLeft(100)).toBeNull();
  rate.observe(20, 1000);
  expect(rate.secondsLeft(100)).toBe(8);
  rate.observe(15, 2000);
  expect(rate.secondsLeft(100)).toBeNull();
  rate.observe(20, 3000);
  expect(rate.secondsLeft(100)).toBe(16);
});

test("a screen redraws in place and cuts what would wrap", () => {
  let written = "";
  const write = (text: string) => {
    written += text;
  };
  const screen = new Screen({ columns: 6, rows: 10, write });
  screen.draw(["one", "much too long"]);
  screen.draw(["two"]);
  expect(written).toBe("\u001b[0Jone\nmuch …\n\u001b[2A\u001b[0Jtwo\n");
});

test.each([
  ["aime", ["aime25"]],
  ["ftagent", ["ft-agent"]],
  ["noc4cp", ["noc4pc"]],
  ["zzzzzz", []],
])("%s is near %j", (typed, near) => {
  expect(closest(typed, ["aime25", "ft-agent", "noc4pc", "financeiq"])).toEqual(near);
});
