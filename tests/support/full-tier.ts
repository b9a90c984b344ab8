import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { REPOSITORY } from "../../config/load.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const FIXTURES = join(REPOSITORY, "tests", "tasks", "full_fixtures.py");

/** Small files in the schemas of the public sources, and a manifest that knows no digest of them. */
export function fullMirror(): { readonly mirror: string; readonly manifest: string } {
  const mirror = temporaryFolder();
  make("mirror", mirror);
  return { mirror, manifest: join(mirror, "manifest.yaml") };
}

/** A randomly initialized model of Qwen2.5-0.5B's vocabulary: in its own shape, or a narrow one. */
export function qwenShaped(shape: "narrow" | "real"): string {
  const folder = join(temporaryFolder(), "model");
  make(shape === "narrow" ? "model" : "big-model", folder);
  return folder;
}

function make(what: string, folder: string): void {
  const python = process.env.DOJO_PYTHON ?? "python3";
  execFileSync(python, [FIXTURES, what, folder], { stdio: ["ignore", "ignore", "inherit"] });
}
