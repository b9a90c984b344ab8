import { badInput, notFound } from "../cli-error.ts";
import { closest } from "../suggest.ts";

/**
 * The one id that a text means: the id itself, or else its last parts (`aime25/ft-agent/s7`), or else some of its parts in
 * their order with the last one among them (`aime25/s7`). Throws with exit code 2 where several fit, 3 where none does.
 */
export function resolveId(typed: string, known: readonly string[]): string {
  const text = typed.replace(/^\/+|\/+$/g, "");
  if (known.includes(text)) return text;
  const parts = text.split("/");
  const suffixes = known.filter((id) => id.endsWith(`/${text}`));
  const fitting =
    suffixes.length > 0 ? suffixes : known.filter((id) => inOrder(parts, id.split("/")));
  if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0];
  if (fitting.length > 1) {
    throw badInput(
      `${JSON.stringify(typed)} means several: ${listed(fitting)}`,
      "give more of the id",
    );
  }
  const near = closest(text, known);
  throw notFound(
    `nothing has the id ${JSON.stringify(typed)}`,
    near.length > 0 ? `near it: ${listed(near)}` : "see `dojo show`",
  );
}

/** Whether all parts occur in the id's parts in their order, the last ones being equal. */
function inOrder(parts: readonly string[], id: readonly string[]): boolean {
  if (parts.at(-1) !== id.at(-1)) return false;
  let at = 0;
  for (const part of id) if (part === parts[at]) at++;
  return at === parts.length;
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).join(", ");
  return ids.length > 5 ? `${shown} and ${ids.length - 5} more` : shown;
}
