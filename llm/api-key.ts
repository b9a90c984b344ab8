import type { BackboneSettings } from "./backbone.ts";
import { MissingApiKeyError } from "./missing-api-key-error.ts";

/**
 * API key of a backbone, from the environment variable that its configuration names; null where it wants none.
 * @throws MissingApiKeyError when the variable is unset or empty.
 */
export function readApiKey(
  backbone: string,
  settings: Pick<BackboneSettings, "apiKeyEnv">,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (settings.apiKeyEnv === null) return null;
  const key = env[settings.apiKeyEnv]?.trim();
  if (!key) throw new MissingApiKeyError(backbone, settings.apiKeyEnv);
  return key;
}
