import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { ConfigError } from "./config-error.ts";

/** Where `make images` writes the digests of what it built. */
export const IMAGES_FILE = join(resolve(import.meta.dirname, ".."), ".cache", "images.json");

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const schema = z.object({ trainer: digest, evaluator: digest }).partial();

/** The images that `make images` built last on this machine; none where it never ran. Throws {@link ConfigError}. */
export function recordedImages(file: string = IMAGES_FILE): z.infer<typeof schema> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new ConfigError(`${file} holds no digests of images: run make images again`);
  }
}
