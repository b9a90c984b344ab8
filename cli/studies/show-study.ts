import type { Config } from "../../config/load.ts";
import { EXIT, notFound } from "../cli-error.ts";
import { withStack } from "../connect.ts";
import { print, printJson, say } from "../output.ts";
import { withStore } from "../runs/with-store.ts";
import { paletteFor } from "../terminal/palette.ts";
import { findStudy, loadStudy } from "./load-study.ts";
import { askStudy, studyOpen } from "./start-study.ts";
import { nextStudyCommand, studyLines } from "./study-text.ts";

/** Prints a study as it stands: the store's cells under the living workflow's word. */
export async function showStudy(config: Config, typed: string, json: boolean): Promise<void> {
  const { name, status } = await findStudy(config, typed);
  const closed = status === "completed" || status === "cancelled" || status === "failed";
  const view = closed
    ? null
    : await withStack(config, async (stack) =>
        (await studyOpen(stack, name)) ? askStudy(stack, name) : null,
      );
  const document = await withStore(config, async (store) =>
    store === null ? null : loadStudy(store, name, view?.status ?? null),
  );
  if (document === null) throw notFound(`nobody remembers the study ${name}`);
  if (json) printJson(document);
  else print(studyLines(document, paletteFor(process.stdout)).join("\n"));
  say(`next: ${nextStudyCommand(document)}`);
  process.exitCode = EXIT.done;
}
