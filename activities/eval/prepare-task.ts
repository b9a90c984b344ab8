import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EvalActivities } from "../../protocol/activities.ts";
import { type ArtifactRef, artifactRefSchema } from "../../protocol/artifact-ref.ts";
import { SPLITS, type Split, type Tier } from "../../protocol/names.ts";
import { fault } from "../faults.ts";
import { scriptsSha256 } from "../job-inputs.ts";
import { resultIndex } from "../result-index.ts";
import { taskOf } from "../task-cards.ts";
import { answersFolder, readJsonLines, type SplitFile, splitFile, toJsonLines } from "./answers.ts";
import type { EvalDeps } from "./eval-deps.ts";
import { runPython } from "./run-python.ts";

type Input = Parameters<EvalActivities["prepareTask"]>[0];

/** Seed of the data: one for all runs, because they must be comparable. */
const DATA_SEED = 0;

/**
 * Builds the task's sources and splits once per version of its generator, puts sources and base model into the artifact store,
 * and renders the prompts of dev and validation. Answers and the prompts of test stay in the eval pool's folder.
 * @throws ApplicationFailure (TaskUnknown, NotSupported)
 */
export async function prepareTask(
  deps: Pick<EvalDeps, "config" | "artifacts">,
  input: Input,
): ReturnType<EvalActivities["prepareTask"]> {
  const { config, artifacts } = deps;
  const { card, folder: taskFolder, tier } = taskOf(config, input.task, input.tier);
  const name = input.baseModel ?? tier.baseModel;
  const model = config.baseModels[name];
  if (model === undefined) {
    throw fault(
      "NotSupported",
      `there is no base model ${name}: known are ${Object.keys(config.baseModels).join(", ")}`,
    );
  }
  if (!(await exists(join(model.path, "config.json")))) {
    throw fault(
      "NotSupported",
      `base model ${name} is not at ${model.path}: \`dojo data prepare --tier ${input.tier} --task ${input.task} --base-model ${name}\``,
    );
  }
  const key = await generatorSha256(config, { tier: input.tier, taskFolder, splits: tier.splits });
  const index = resultIndex(config.home, "prepared", artifacts);
  const known = preparedEntry(await index.get(key));
  const folderOf = (dataSha256: string) => answersFolder(config, { ...input, dataSha256 });
  const entry =
    known !== null && (await exists(folderOf(known.dataSha256)))
      ? known
      : await build(deps, {
          input,
          taskFolder,
          splits: tier.splits,
          draws: card.executes === "charts",
        });
  if (entry !== known) await index.put(key, entry);

  return {
    ...entry,
    baseModel: await storedModel(deps, model.path),
    contextLength: tier.contextLength,
    maxNewTokens: tier.maxNewTokens,
    seedSpread: card.seedSpread,
  };
}

/** Puts a base model into the store; its files are read again only when one has changed by size or time. */
async function storedModel(
  { config, artifacts }: Pick<EvalDeps, "config" | "artifacts">,
  path: string,
): Promise<ArtifactRef> {
  const names = (await readdir(path)).sort();
  const stats = await Promise.all(names.map((name) => stat(join(path, name))));
  const files = stats.map(({ size, mtimeMs }, at) => [names[at], size, mtimeMs]);
  const key = createHash("sha256")
    .update(JSON.stringify([path, files]))
    .digest("hex");
  const index = resultIndex(config.home, "models", artifacts);
  const known = artifactRefSchema.safeParse(await index.get(key));
  if (known.success) return known.data;
  const stored = await artifacts.putTree(path);
  await index.put(key, stored);
  return stored;
}

interface Prepared {
  readonly dataSha256: string;
  readonly raw: ArtifactRef;
  readonly prompts: ArtifactRef;
  readonly tables?: ArtifactRef;
}

function preparedEntry(value: unknown): Prepared | null {
  const entry = value as Partial<Record<keyof Prepared, unknown>> | null;
  const raw = artifactRefSchema.safeParse(entry?.raw);
  const prompts = artifactRefSchema.safeParse(entry?.prompts);
  if (typeof entry?.dataSha256 !== "string" || !raw.success || !prompts.success) return null;
  const tables = artifactRefSchema.safeParse(entry.tables);
  return {
    ...{ dataSha256: entry.dataSha256, raw: raw.data, prompts: prompts.data },
    ...(tables.success ? { tables: tables.data } : {}),
  };
}

/** Generates, cuts the splits where the configuration says so, renders; the folder appears whole or not at all. */
async function build(
  { config, artifacts }: Pick<EvalDeps, "config" | "artifacts">,
  what: {
    readonly input: Input;
    readonly taskFolder: string;
    readonly splits: Readonly<Record<Split, number>>;
    /** Whether predictions are programs that need the items' tables. */
    readonly draws: boolean;
  },
): Promise<Prepared> {
  const { input, taskFolder, splits, draws } = what;
  const parent = dirname(answersFolder(config, { ...input, dataSha256: "x" }));
  const folder = join(parent, `.building-${process.pid}-${Math.random().toString(36).slice(2)}`);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const pathOf = (split: Split, file: SplitFile) => splitFile(folder, split, file);
  try {
    const { data } = config;
    const common = ["--task", input.task, "--out", folder, "--seed", String(DATA_SEED)];
    const downloads = ["--store", data.folder, "--manifest", data.manifest, "--pins", data.pins];
    await runPython(
      config,
      join(config.repository, "tasks", `build_${input.tier}.py`),
      input.tier === "mini"
        ? common
        : ["build", ...common, ...downloads, "--splits", JSON.stringify(splits)],
    );
    const hash = createHash("sha256").update(await readFile(join(folder, "raw", "manifest.json")));
    for (const split of SPLITS) {
      const made = join(folder, `${split}.jsonl`);
      const items = (await readJsonLines(made)).slice(0, splits[split]);
      const text = toJsonLines(items);
      await rm(made);
      await mkdir(join(folder, split), { mode: 0o700 });
      const [file, rendered] = [pathOf(split, "items"), pathOf(split, "prompts")];
      await writeFile(file, text);
      await runPython(config, join(config.repository, "sandbox-images", "evaluator", "render.py"), [
        ...["--card", join(taskFolder, "task.yaml"), "--tier", input.tier],
        ...["--items", file, "--out", rendered],
      ]);
      if (draws) await writeFile(pathOf(split, "tables"), tablesOf(items));
      // The prompts too: another template is another test.
      hash.update(text).update(await readFile(rendered));
    }
    const dataSha256 = hash.digest("hex");
    const raw = await artifacts.putTree(join(folder, "raw"));
    const ofDevAndValidation = async (kind: "prompts" | "tables") => {
      const lines: unknown[] = [];
      for (const split of ["dev", "validation"] as const) {
        const rows = await readJsonLines(pathOf(split, kind));
        for (const row of rows as { id: string }[])
          lines.push({ ...row, id: `${split}:${row.id}` });
      }
      return artifacts.putBytes(toJsonLines(lines), "application/jsonl");
    };
    const prompts = await ofDevAndValidation("prompts");
    const tables = draws ? { tables: await ofDevAndValidation("tables") } : {};
    const target = answersFolder(config, { ...input, dataSha256 });
    await rename(folder, target).catch(async (error: unknown) => {
      // Somebody else was quicker, with the very same bytes.
      if (!(await exists(target))) throw error;
    });
    return { dataSha256, raw, prompts, ...tables };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `{id, table}` of each item: what drawing its chart needs, without question and answer. */
function tablesOf(items: readonly unknown[]): string {
  return toJsonLines(
    (items as { id: string; input: { table?: unknown } }[]).map(({ id, input }) => ({
      id,
      table: input.table ?? null,
    })),
  );
}

/** sha256 over everything that the data is made from. */
async function generatorSha256(
  config: EvalDeps["config"],
  what: {
    readonly tier: Tier;
    readonly taskFolder: string;
    readonly splits: Readonly<Record<Split, number>>;
  },
): Promise<string> {
  const { tier, taskFolder, splits } = what;
  const { repository, data } = config;
  const tasks = join(repository, "tasks");
  const kit = (await readdir(join(tasks, `${tier}_kit`)))
    .filter((name) => name.endsWith(".py"))
    .sort();
  const files = [
    join(tasks, `build_${tier}.py`),
    ...kit.map((name) => join(tasks, `${tier}_kit`, name)),
    join(taskFolder, `${tier}.py`),
    join(taskFolder, "task.yaml"),
    // Which files the data is made from, by digest.
    ...(tier === "full" ? [data.manifest, data.pins] : []),
  ];
  const hash = createHash("sha256").update(
    JSON.stringify([
      ...[splits.dev, splits.validation, splits.test, DATA_SEED],
      await scriptsSha256(join(repository, "sandbox-images", "evaluator")),
    ]),
  );
  for (const file of files) hash.update((await exists(file)) ? await readFile(file) : "");
  return hash.digest("hex");
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
