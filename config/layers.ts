/** One source of configuration values. */
export interface Layer {
  /** What messages call it: a file, a variable, a flag. */
  readonly origin: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Relative paths in this layer start here. */
  readonly baseFolder: string;
  /** Line of a key in the layer's file, where it is one. */
  readonly lineOf?: (path: readonly PropertyKey[]) => number | null;
}

/** Layers laid over each other, with the layer that gave each value. */
export interface Merged {
  readonly values: Record<string, unknown>;
  /** Layer that gave the value at a dotted path, or the closest one above it. */
  layerOf(path: readonly PropertyKey[]): Layer | null;
}

/** Lays later layers over earlier ones: mappings are merged key by key, everything else is replaced whole. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const values: Record<string, unknown> = {};
  const origins = new Map<string, Layer>();
  for (const layer of layers) mergeInto(values, layer.values, layer, [], origins);
  return {
    values,
    layerOf: (path) => {
      for (let length = path.length; length > 0; length--) {
        const layer = origins.get(path.slice(0, length).join("."));
        if (layer !== undefined) return layer;
      }
      return null;
    },
  };
}

function mergeInto(
  target: Record<string, unknown>,
  source: Readonly<Record<string, unknown>>,
  layer: Layer,
  path: readonly string[],
  origins: Map<string, Layer>,
): void {
  for (const [key, value] of Object.entries(source)) {
    const here = [...path, key];
    origins.set(here.join("."), layer);
    if (!isMapping(value)) {
      target[key] = value;
      continue;
    }
    const below = isMapping(target[key]) ? target[key] : {};
    target[key] = below;
    mergeInto(below, value, layer, here, origins);
  }
}

/** Whether a value is a plain mapping. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
