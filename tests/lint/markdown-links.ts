// Checks that every relative link in the repository's Markdown files leads to a file that git knows (and, with #, to a heading in
// it). Prints one line per broken link; exit code 1 when there is one.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const files = execFileSync("git", ["ls-files", "*.md", "**/*.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)));

const broken = [...new Set(files)].flatMap((file) =>
  linksOf(readFileSync(join(root, file), "utf8")).flatMap(({ target, line }) => {
    const reason = whyBroken(file, target);
    return reason === null ? [] : [`${file}:${line}: ${target}: ${reason}`];
  }),
);
for (const message of broken) console.log(message);
process.exit(broken.length === 0 ? 0 : 1);

/** Targets of inline links and images outside code, with their lines. */
function linksOf(text: string): { target: string; line: number }[] {
  let fenced = false;
  return text.split("\n").flatMap((content, index) => {
    if (/^\s*(```|~~~)/.test(content)) fenced = !fenced;
    if (fenced) return [];
    const prose = content.replace(/`[^`]*`/g, "");
    return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(([, target = ""]) => ({
      target,
      line: index + 1,
    }));
  });
}

function whyBroken(file: string, target: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return null;
  const [path = "", anchor] = decodeURIComponent(target).split("#");
  const full = path === "" ? join(root, file) : resolve(root, dirname(file), path);
  if (relative(root, full).startsWith("..")) return "leaves the repository";
  if (!existsSync(full)) return "no such file";
  if (anchor === undefined || !full.endsWith(".md")) return null;
  return headingsOf(readFileSync(full, "utf8")).has(anchor) ? null : "no such heading";
}

/** Anchors of a document's headings, as code hosts make them. */
function headingsOf(text: string): Set<string> {
  return new Set(
    [...text.matchAll(/^#+\s+(.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{Letter}\p{Number}\s_-]/gu, "")
        .trim()
        .replace(/\s/g, "-"),
    ),
  );
}
