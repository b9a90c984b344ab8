import { type Html, html, type Part } from "./html.ts";

/** A column: heading, and whether its cells are figures (right-aligned). */
export interface TableColumn {
  readonly title: string;
  readonly figures?: boolean;
}

/** A table that scrolls sideways where it is wider than the page. The first cell of each row is its heading. */
export function table(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Part[])[],
): Html {
  const side = (index: number): string => (columns[index]?.figures === true ? "figures" : "words");
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column, index) => html`<th scope="col" class="${side(index)}">${column.title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, index) =>
      index === 0
        ? html`<th scope="row" class="${side(index)}">${cell}</th>`
        : html`<td class="${side(index)}">${cell}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}

/** A chart with its caption, a legend, and its figures as a table for those who can't or won't read the chart. */
export function figure(options: {
  readonly chart: Html;
  readonly caption: Part;
  readonly legend?: Html;
  readonly table: Html;
}): Html {
  return html`<figure>
<div class="chart scroll" tabindex="0" role="region" aria-label="chart">${options.chart}</div>
${options.legend ?? null}<figcaption>${options.caption}</figcaption>
<details class="fallback"><summary>The same as a table</summary>${options.table}</details>
</figure>`;
}

/** What the colours of a chart mean. Colours are ours, labels need not be. */
export function legend(
  entries: readonly { readonly label: string; readonly colour: string }[],
): Html {
  return html`<ul class="legend">${entries.map(
    ({ label, colour }) => html`<li><span style="background:${colour}"></span>${label}</li>`,
  )}</ul>`;
}

/** A section with its heading; `id` must be our own text. */
export function section(id: string, title: string, body: Part): Html {
  return html`<section id="${id}"><h2>${title}</h2>
${body}
</section>
`;
}

/** A small label: `accepted`, `unprotected`. */
export function badge(kind: "good" | "bad" | "warn" | "plain", text: string): Html {
  return html`<span class="badge ${kind}">${text}</span>`;
}

/** The first digits of a sha256, the whole of it as a tooltip; a dash for none. */
export function digest(sha256: string | null): Html {
  return sha256 === null ? html`–` : html`<code title="${sha256}">${sha256.slice(0, 10)}</code>`;
}
