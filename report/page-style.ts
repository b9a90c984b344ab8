/** The page's style sheet: no fonts, images or scripts from anywhere; light and dark; printable. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --panel: #f5f6f6; --ink: #1a2024; --muted: #616b73; --line: #e3e6e8;
  --accent: #0b6e6e; --accent-soft: #e3f0ef; --good: #22693c; --good-soft: #e4f1e7;
  --bad: #a52a2a; --bad-soft: #f8e7e6; --warn: #7d5200; --warn-soft: #f8eed6;
  --stage-1: #ccd2d7; --stage-2: #a8b2ba; --stage-3: #7f8b95; --stage-4: #d3a64e; --stage-5: #a8763a;
  --stage-6: #0b6e6e; --stage-7: #5c86b5; --stage-8: #4f9d8f; --stage-9: #8a6aa8; --stage-10: #c7a9c9;
  --series-1: #5c86b5; --series-2: #d3a64e; --series-3: #8a6aa8; --series-4: #6a9a6c; --series-5: #b5646a; --series-6: #8c7a5f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181b; --panel: #1c2226; --ink: #e4e8ea; --muted: #98a3ab; --line: #2c3338;
    --accent: #56bdb8; --accent-soft: #17302f; --good: #7fc795; --good-soft: #1a2e21;
    --bad: #e58f8a; --bad-soft: #371f1f; --warn: #dcb66a; --warn-soft: #33290f;
    --stage-1: #4a535a; --stage-2: #67727b; --stage-3: #8b97a0; --stage-4: #d3a64e; --stage-5: #a8763a;
    --stage-6: #3aa39e; --stage-7: #6f9ccf; --stage-8: #6cb8aa; --stage-9: #a283c2; --stage-10: #77597a;
    --series-1: #6f9ccf; --series-2: #d3a64e; --series-3: #a283c2; --series-4: #7bb07d; --series-5: #cf7a80; --series-6: #a8957a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif;
  overflow-wrap: break-word;
}
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem 5rem; }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.015em; margin: 0.1rem 0 0.5rem; font-weight: 650; }
h2 { font-size: 1.3rem; line-height: 1.3; letter-spacing: -0.01em; margin: 0 0 1rem; font-weight: 650; }
h3 { font-size: 1.05rem; line-height: 1.4; margin: 0 0 0.4rem; font-weight: 600; }
p { margin: 0 0 0.75rem; max-width: 46rem; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.86em; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
ul { margin: 0 0 0.75rem; padding-left: 1.2rem; }
section { border-top: 1px solid var(--line); margin-top: 3rem; padding-top: 1.6rem; }
.overline { text-transform: uppercase; letter-spacing: 0.08em; font-size: 0.75rem; color: var(--muted); margin: 0; }
.id, .dates, .caption, figcaption, .facts, .contents, footer { color: var(--muted); font-size: 0.875rem; }
.id code { margin-right: 0.4rem; }
.contents ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 1.5rem 0 0; padding: 0; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.15em; }
.keys { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 1px; margin: 1.5rem 0;
  border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.keys > div { box-shadow: 0 0 0 1px var(--line); padding: 0.9rem 1rem; }
.keys > .lead { background: var(--accent-soft); }
.keys dt { font-size: 0.8rem; color: var(--muted); }
.keys dd { margin: 0.1rem 0 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.015em; line-height: 1.3; }
.keys .lead dd { color: var(--accent); }
.keys small { display: block; font-size: 0.78rem; font-weight: 400; color: var(--muted); letter-spacing: 0; line-height: 1.4; margin-top: 0.15rem; }
.badge { display: inline-block; border-radius: 999px; padding: 0.05rem 0.6rem; font-size: 0.78rem; font-weight: 600; white-space: nowrap;
  background: var(--panel); color: var(--muted); margin-right: 0.3rem; }
.badge.good { background: var(--good-soft); color: var(--good); }
.badge.bad { background: var(--bad-soft); color: var(--bad); }
.badge.warn { background: var(--warn-soft); color: var(--warn); }
.notice { background: var(--warn-soft); color: var(--warn); border-radius: 6px; padding: 0.6rem 0.9rem; font-size: 0.9rem; max-width: none; }
figure { margin: 0; }
figcaption, .caption { margin-top: 0.6rem; max-width: 46rem; }
.scroll { overflow-x: auto; }
.chart svg { display: block; width: 100%; min-width: 36rem; height: auto; color: var(--muted); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; padding: 0; margin: 0.4rem 0 0; font-size: 0.82rem; }
.legend span { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 2px; margin-right: 0.45em; }
details { margin: 0.5rem 0 0.75rem; }
summary { cursor: pointer; color: var(--muted); font-size: 0.875rem; }
summary:hover { color: var(--ink); }
details[open] > summary { margin-bottom: 0.5rem; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; width: 100%; line-height: 1.45; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 1.1rem 0.4rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 500; vertical-align: bottom; border-bottom-color: var(--muted); }
tbody th { font-weight: 600; white-space: nowrap; }
tbody th .marks { display: block; }
th.figures, td.figures { text-align: right; white-space: nowrap; }
thead th.figures { white-space: normal; min-width: 5rem; }
td.words { min-width: 5rem; max-width: 28rem; }
td.words .line { white-space: nowrap; }
td pre { min-width: 9rem; max-width: 18rem; max-height: 10rem; overflow-y: auto; }
.iteration { display: grid; grid-template-columns: 2.6rem 1fr; gap: 0 0.9rem; padding: 1.1rem 0; border-top: 1px solid var(--line); }
.iteration:first-of-type { border-top: 0; padding-top: 0; }
.iteration > div { min-width: 0; }
.number { font-size: 1.4rem; font-weight: 600; line-height: 1.3; color: var(--muted); font-variant-numeric: tabular-nums; text-align: right; }
.iteration.accepted .number { color: var(--accent); }
.facts { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.2rem 1rem; font-variant-numeric: tabular-nums; }
.facts b { color: var(--ink); font-weight: 600; }
.list-title { font-weight: 600; font-size: 0.875rem; margin: 0.5rem 0 0.15rem; }
.failure { border-left: 3px solid var(--bad); padding-left: 0.9rem; margin: 0.6rem 0; font-size: 0.92rem; }
.failure pre { background: var(--panel); padding: 0.7rem; border-radius: 6px; max-height: 20rem; overflow-y: auto; }
.run { border-top: 3px solid var(--ink); margin-top: 4rem; padding-top: 1.5rem; }
.run > summary { font-size: 1.15rem; font-weight: 600; color: var(--ink); }
.run h1 { font-size: 1.5rem; margin-top: 1rem; }
footer { border-top: 1px solid var(--line); margin-top: 3rem; padding-top: 1rem; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 40rem) { main { padding: 1.5rem 1rem 3rem; } h1 { font-size: 1.5rem; } .iteration { grid-template-columns: 1.6rem 1fr; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --panel: #f5f6f6; --ink: #000; --muted: #555; --line: #ccc; --accent: #0b6e6e; --accent-soft: #fff;
    --good: #22693c; --bad: #a52a2a; --warn: #7d5200; --good-soft: #fff; --bad-soft: #fff; --warn-soft: #fff; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  .contents { display: none; }
  .scroll, td pre, .failure pre { overflow: visible; max-height: none; }
  .chart svg { min-width: 0; }
  table { font-size: 7pt; } th, td { padding-right: 0.5rem; }
  figure, .iteration, tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; height: auto; }
  .badge, .notice { border: 1px solid currentColor; }
}
`;
