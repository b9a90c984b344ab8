import packageJson from "../package.json" with { type: "json" };
import { type Html, html, type Part, trusted } from "./html.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** A whole page: one file, no requests, no scripts. The policy forbids them too, should anything ever get past the escaping. */
export function page(title: string, body: Part): string {
  const policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
  const text: Html = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
<main>
${body}
<footer><p>Made by FT-Dojo ${packageJson.version}. Intervals are 95%. Headline figures come from the test split alone; validation scores chose the
model and flatter it. Scores of the mini tier prove the instrument and are no claim about large models.</p></footer>
</main>
</body>
</html>
`;
  return text.text;
}

/** Links to the sections that are there. */
export function contents(
  sections: readonly (readonly [id: string, title: string, body: Html | null])[],
): Html {
  const present = sections.filter(([, , body]) => body !== null);
  return html`<nav class="contents" aria-label="Contents"><ul>${present.map(
    ([id, title]) => html`<li><a href="#${id}">${title}</a></li>`,
  )}</ul></nav>
${present.map(([, , body]) => body)}`;
}
