import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfigError, loadConfig } from "../../config/load.ts";
import { recordedImages } from "../../config/recorded-images.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

test("images that make images built are found; before that there are none", () => {
  const file = join(temporaryFolder(), "images.json");
  expect(recordedImages(file)).toEqual({});
  writeFileSync(file, JSON.stringify({ trainer: DIGEST }));
  expect(recordedImages(file)).toEqual({ trainer: DIGEST });
  writeFileSync(file, '{"trainer": "sha');
  expect(() => recordedImages(file)).toThrow(/images\.json holds no digests.*make images/);
});

test("an image is named by digest; a tag, which may be another image tomorrow, is refused", () => {
  const load = (trainer: string) =>
    loadConfig({ env: {}, flags: { "sandbox.docker.trainer": trainer } });
  expect(load(DIGEST).sandbox.docker.trainer).toBe(DIGEST);
  expect(load(`registry/x@${DIGEST}`).sandbox.docker.trainer).toBe(`registry/x@${DIGEST}`);
  expect(() => load("trainer:latest")).toThrow(ConfigError);
  expect(() => load("trainer:latest")).toThrow(/by digest/);
});
