import type { Config } from "../config/load.ts";
import type { StackState } from "./stack-state.ts";

/** Starts the embedded stack unless it runs; resolves when every pool polls. */
export async function startStack(
  _config: Config,
  _options: { readonly say: (message: string) => void },
): Promise<{ readonly state: StackState; readonly started: boolean }> {
  throw new Error("being built");
}
