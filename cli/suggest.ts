/** The known names closest to what was typed, best first; those that share nothing with it are left out. */
export function closest(typed: string, known: readonly string[], limit = 3): string[] {
  const wanted = typed.toLowerCase();
  return known
    .map((name) => ({ name, score: distance(wanted, name.toLowerCase()) }))
    .filter(({ name, score }) => {
      const lower = name.toLowerCase();
      if (wanted.length > 1 && (lower.includes(wanted) || wanted.includes(lower))) return true;
      return score <= Math.max(2, Math.floor(Math.max(wanted.length, name.length) * 0.4));
    })
    .sort((a, b) => a.score - b.score || a.name.localeCompare(b.name))
    .slice(0, limit)
    .map(({ name }) => name);
}

/** `did you mean a or b?`, else all that is known, where that is short enough to be of use. */
export function suggestion(typed: string, known: readonly string[]): string | null {
  const near = closest(typed, known);
  if (near.length > 0) return `did you mean ${near.join(" or ")}?`;
  return known.length > 0 && known.length <= 20 ? `there is: ${known.join(", ")}` : null;
}

/** Edit distance (insert, delete, replace; a swap of neighbours counts once). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (rows[i - 1]?.[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (rows[i - 1]?.[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
