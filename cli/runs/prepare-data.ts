import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ApplicationFailure } from "@temporalio/common";
import { z } from "zod";
import { answersFolder, splitFile } from "../../activities/eval/answers.ts";
import { prepareTask } from "../../activities/eval/prepare-task.ts";
import { ArtifactIoError } from "../../artifacts/artifact-io-error.ts";
import type { Config } from "../../config/load.ts";
import { SPLITS, type Split, type Tier } from "../../protocol/names.ts";
import { CliError, EXIT, failed } from "../cli-error.ts";
import { openArtifacts } from "./artifacts.ts";

const manifestSchema = z.array(
  z.looseObject({
    name: z.string(),
    file: z.string(),
    sha256: z.string(),
    bytes: z.number(),
    rows: z.number(),
    licence: z.string(),
  }),
);

const notesSchema = z.looseObject({ notes: z.record(z.string(), z.number()).default({}) });

/** `dojo data prepare --json` of one task. */
export interface PreparedData {
  readonly task: string;
  readonly tier: Tier;
  /** sha256 over sources and splits: which data this is. */
  readonly dataSha256: string;
  /** Folder of the eval pool with sources, splits and their answers. */
  readonly folder: string;
  readonly baseModel: { readonly name: string; readonly sha256: string };
  readonly sources: readonly {
    readonly name: string;
    readonly file: string;
    readonly rows: number;
    readonly bytes: number;
    readonly sha256: string;
    readonly licence: string;
  }[];
  /** What the full tier's loader left out, with counts. */
  readonly notes: Readonly<Record<string, number>>;
  readonly splits: Readonly<
    Record<Split, { readonly file: string; readonly items: number; readonly sha256: string }>
  >;
}

/**
 * Makes or finds a task's data by the very code of the eval pool, and checks it against its manifest. Throws with exit code 2
 * where the folder can't be written, 1 where the generator fails or a file is not what the manifest says.
 */
export async function prepareData(
  config: Config,
  what: { readonly task: string; readonly tier: Tier; readonly baseModel: string },
): Promise<PreparedData> {
  const { task, tier } = what;
  const deps = { config, artifacts: openArtifacts(config) };
  const { baseModel } = what;
  const prepared = await prepareTask(deps, { task, tier, baseModel }).catch((error) => {
    throw explained(error, config);
  });
  const folder = answersFolder(config, { task, tier, dataSha256: prepared.dataSha256 });
  const manifest = manifestSchema.parse(
    JSON.parse(await readFile(join(folder, "raw", "manifest.json"), "utf8")),
  );
  const sources: PreparedData["sources"][number][] = [];
  for (const { name, file, rows, bytes, sha256, licence } of manifest) {
    await checkFile(join(folder, "raw", file), { bytes, sha256 });
    sources.push({ name, file: join(folder, "raw", file), rows, bytes, sha256, licence });
  }
  return {
    task,
    tier,
    dataSha256: prepared.dataSha256,
    folder,
    baseModel: { name: what.baseModel, sha256: prepared.baseModel.sha256 },
    sources,
    notes: notesSchema.parse(JSON.parse(await readFile(join(folder, "splits.json"), "utf8"))).notes,
    splits: {
      dev: await describeSplit(folder, SPLITS[0]),
      validation: await describeSplit(folder, SPLITS[1]),
      test: await describeSplit(folder, SPLITS[2]),
    },
  };
}

async function checkFile(
  file: string,
  manifest: { readonly bytes: number; readonly sha256: string },
): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const sha256 = hash.digest("hex");
  if (sha256 === manifest.sha256 && bytes === manifest.bytes) return;
  throw failed(
    `${file} is not what its manifest says (sha256 ${sha256}, not ${manifest.sha256})`,
    "somebody changed it: remove its folder and prepare again",
  );
}

async function describeSplit(folder: string, split: Split) {
  const file = splitFile(folder, split, "items");
  const data = await readFile(file);
  const items = data
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "").length;
  return { file, items, sha256: createHash("sha256").update(data).digest("hex") };
}

function explained(error: unknown, config: Config): unknown {
  if (error instanceof ApplicationFailure) {
    return new CliError(EXIT.badInput, error.message, { cause: error });
  }
  const { code } = error as NodeJS.ErrnoException;
  if (
    error instanceof ArtifactIoError ||
    code === "EACCES" ||
    code === "EROFS" ||
    code === "ENOTDIR"
  ) {
    return new CliError(
      EXIT.badInput,
      `the data can't be written below ${config.home}: ${(error as Error).message}`,
      { cause: error },
    );
  }
  return failed(`the data can't be made: ${(error as Error).message}`);
}
