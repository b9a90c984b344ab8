import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import { ConfigError } from "./config-error.ts";
import { environmentLayers, nest } from "./environment.ts";
import { explainIssue } from "./explain-issue.ts";
import { type Layer, type Merged, mergeLayers } from "./layers.ts";
import { readYamlLayer } from "./read-yaml.ts";
import { recordedImages } from "./recorded-images.ts";
import { configSchema, type RawConfig } from "./schema.ts";

export { ConfigError } from "./config-error.ts";

/** Root of the repository: where tasks, images and shipped configuration lie. */
export const REPOSITORY = resolve(import.meta.dirname, "..");

/** The configuration, frozen, with paths absolute and derived values filled in. */
export interface Config
  extends Omit<
    RawConfig,
    "cache" | "databaseUrl" | "artifactsUrl" | "sandbox" | "data" | "baseModels"
  > {
  readonly cache: string;
  readonly databaseUrl: string;
  readonly artifactsUrl: string;
  readonly sandbox: RawConfig["sandbox"] & { readonly stackId: string };
  readonly data: RawConfig["data"] & { readonly folder: string };
  readonly baseModels: Readonly<Record<string, { readonly path: string }>>;
  /** Root of the repository. */
  readonly repository: string;
  /** Which layer gave the value at a dotted path: a file, a variable, a flag, or `derived`. */
  origin(path: string): string;
}

export interface LoadOptions {
  /** The same as the flag `home`. */
  readonly home?: string | undefined;
  /** A file over the tier's; default: the variable DOJO_CONFIG. */
  readonly file?: string | undefined;
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Values by dotted path, the last word: `{"temporal.port": 7233}`. */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
}

/** Reads all layers and freezes the result. Throws {@link ConfigError} with one line that names file and key. */
export function loadConfig(options: LoadOptions = {}): Config {
  const env = options.env ?? process.env;
  const above = [...fileLayers(options.file ?? env.DOJO_CONFIG), ...environmentLayers(env)];
  above.push(...flagLayers({ ...options.flags, ...(options.home ? { home: options.home } : {}) }));

  const defaults = shippedLayer("default.yaml");
  const tier = mergeLayers([defaults, ...above]).values.tier;
  const tierLayers = tier === "mini" || tier === "full" ? [shippedLayer(`${tier}.yaml`)] : [];
  const merged = mergeLayers([defaults, ...tierLayers, ...above]);

  const parsed = configSchema.safeParse(merged.values);
  if (!parsed.success) throw new ConfigError(explainIssue(parsed.error, merged));
  return deepFreeze(resolveConfig(parsed.data, merged));
}

function shippedLayer(name: string): Layer {
  const file = join(REPOSITORY, "config", name);
  return { ...readYamlLayer(file, REPOSITORY), origin: relative(process.cwd(), file) || file };
}

function fileLayers(file: string | undefined): Layer[] {
  return file === undefined || file === "" ? [] : [readYamlLayer(file)];
}

function flagLayers(flags: Readonly<Record<string, unknown>>): Layer[] {
  return Object.entries(flags)
    .filter(([, value]) => value !== undefined)
    .map(([path, value]) => ({
      origin: `flag ${path}`,
      values: nest(path, value),
      baseFolder: process.cwd(),
    }));
}

function resolveConfig(raw: RawConfig, merged: Merged): Config {
  const derived = new Set<string>();
  const absolute = (value: string, ...path: string[]): string =>
    isAbsolute(value) ? value : resolve(merged.layerOf(path)?.baseFolder ?? REPOSITORY, value);
  const orDerived = <T>(value: T | null, path: string, make: () => T): T => {
    if (value !== null) return value;
    derived.add(path);
    return make();
  };

  const home = absolute(raw.home, "home");
  const cache = absolute(
    orDerived(raw.cache, "cache", () => join(homedir(), ".cache", "ft-dojo")),
    "cache",
  );
  const data = {
    ...raw.data,
    folder: absolute(
      orDerived(raw.data.folder, "data.folder", () => join(cache, "data")),
      ...["data", "folder"],
    ),
    manifest: absolute(raw.data.manifest, "data", "manifest"),
    pins: absolute(raw.data.pins, "data", "pins"),
  };
  const baseModels = Object.entries(raw.baseModels).map(([name, model]) => {
    const path = ["baseModels", name, "path"];
    const downloaded = () => join(data.folder, "models", name);
    return [name, { path: absolute(orDerived(model.path, path.join("."), downloaded), ...path) }];
  });
  const images = recordedImages();
  const recorded = (image: "trainer" | "evaluator"): string | null => {
    const found = images[image];
    const set = raw.sandbox.docker[image];
    return set === null && found !== undefined
      ? orDerived(null, `sandbox.docker.${image}`, () => found)
      : set;
  };
  const config = {
    ...raw,
    home,
    repository: REPOSITORY,
    cache,
    data,
    databaseUrl: orDerived(raw.databaseUrl, "databaseUrl", () => `sqlite:${join(home, "dojo.db")}`),
    artifactsUrl: orDerived(
      raw.artifactsUrl,
      "artifactsUrl",
      () => `file:${join(home, "artifacts")}`,
    ),
    sandbox: {
      ...raw.sandbox,
      docker: {
        ...raw.sandbox.docker,
        trainer: recorded("trainer"),
        evaluator: recorded("evaluator"),
      },
      stackId: orDerived(raw.sandbox.stackId, "sandbox.stackId", () =>
        createHash("sha256").update(home).digest("hex").slice(0, 8),
      ),
    },
    // A bare name is looked up on PATH by whoever starts it.
    python: raw.python.includes("/") ? absolute(raw.python, "python") : raw.python,
    baseModels: Object.fromEntries(baseModels),
  };
  const origin = (path: string): string =>
    derived.has(path) ? "derived" : (merged.layerOf(path.split("."))?.origin ?? "unknown");
  return Object.defineProperty(config, "origin", { value: origin, enumerable: false }) as Config;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
