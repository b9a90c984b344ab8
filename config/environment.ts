import type { Layer } from "./layers.ts";

/** Environment variables that set a configuration key, by dotted path. */
export const ENVIRONMENT_KEYS = {
  DOJO_HOME: "home",
  DOJO_CACHE: "cache",
  DOJO_DATABASE_URL: "databaseUrl",
  DOJO_ARTIFACTS: "artifactsUrl",
  DOJO_PYTHON: "python",
  DOJO_TIER: "tier",
  DOCKER_HOST: "sandbox.docker.host",
  HF_ENDPOINT: "data.endpoint",
  TEMPORAL_ADDRESS: "temporal.address",
  TEMPORAL_NAMESPACE: "temporal.namespace",
  TEMPORAL_CLI_PATH: "temporal.cli",
  OPENAI_BASE_URL: "backbones.openai.baseUrl",
} as const;

/** The layers that the environment gives, one for each variable that is set; an empty one counts as not set. */
export function environmentLayers(env: Readonly<Record<string, string | undefined>>): Layer[] {
  return Object.entries(ENVIRONMENT_KEYS).flatMap(([variable, path]) => {
    const value = env[variable];
    if (value === undefined || value === "") return [];
    return [{ origin: variable, values: nest(path, value), baseFolder: process.cwd() }];
  });
}

/** `{a: {b: value}}` for the path `a.b`. */
export function nest(path: string, value: unknown): Record<string, unknown> {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >;
}
