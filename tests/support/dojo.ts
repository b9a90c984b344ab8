import { vi } from "vitest";
import { main } from "../../cli/main.ts";

/** What a verb did. */
export interface DojoResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a verb in this process, as `./dojo ...args` would, with variables over the environment. */
export async function dojo(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<DojoResult> {
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((chunk) => {
      written[name] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
      return true;
    });
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  process.exitCode = undefined;
  try {
    const exitCode = await main(args);
    return { exitCode, ...written };
  } finally {
    process.exitCode = undefined;
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}
