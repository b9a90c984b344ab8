import type { Protection } from "../protocol/stage.ts";

const ORDER: readonly Protection[] = ["none", "docker", "bubblewrap", "unprotected"];

/** The weaker isolation of two, which is the one that a result must carry. */
export function weakest(a: Protection, b: Protection): Protection {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}
