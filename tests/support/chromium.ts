import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The browser's program, or why there is none: `CHROMIUM_PATH`, else Debian's places. */
export function findChromium(): { readonly path: string } | { readonly missing: string } {
  const named = process.env.CHROMIUM_PATH;
  const places = named === undefined ? ["/usr/bin/chromium", "/usr/bin/chromium-browser"] : [named];
  const path = places.find((place) => existsSync(place));
  if (path !== undefined) return { path };
  const where = named === undefined ? "Debian: apt-get install chromium" : `CHROMIUM_PATH=${named}`;
  return { missing: `no Chromium was found (${where})` };
}

/** Starts the browser without a window. */
export function startChromium(path: string): Promise<Browser> {
  // Chromium's own sandbox refuses root; the pages are ours.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: path, args });
}
