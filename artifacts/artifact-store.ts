import type { z } from "zod";
import type { ArtifactRef } from "../protocol/artifact-ref.ts";

/** How a job gets at stored bytes. */
export interface MaterializeOptions {
  /**
   * true: files are mode 0444 and hard links into the store where both lie on one file system. Only for readers that can't
   * write them: our own code, or a job that sees the folder through a read-only mount, because the owner of a hard link can
   * change the stored bytes. false: copies that the job may change.
   * @default false
   */
  readonly readOnly?: boolean;
}

/** Content-addressed store of bulk data: what is stored is never changed, and every read is verified against its sha256. */
export interface ArtifactStore {
  readonly url: string;
  /** Stores a plain file. @throws ArtifactRefusedError when the path is a link or no plain file; ArtifactIoError */
  putFile(path: string, mediaType: string): Promise<ArtifactRef>;
  /** Stores bytes, or a text as UTF-8. @throws ArtifactIoError */
  putBytes(bytes: Uint8Array | string, mediaType: string): Promise<ArtifactRef>;
  /** Stores a value as JSON (`application/json`), keys in their order. @throws ArtifactIoError */
  putJson(value: unknown): Promise<ArtifactRef>;
  /**
   * Stores a folder: each file, then their listing, whose size is the reference's `bytes`. Empty folders are not kept.
   * @throws ArtifactRefusedError for links, devices and unprintable names; ArtifactIoError
   */
  putTree(folder: string): Promise<ArtifactRef>;
  /**
   * Writes a file or a folder to a path, whole or not at all; parents are made. What is there already and equal is left alone.
   * @throws ArtifactRefusedError when something else is there or the listing escapes; ArtifactMissingError; ArtifactCorruptError
   */
  materialize(ref: ArtifactRef, target: string, options?: MaterializeOptions): Promise<void>;
  /** All bytes, verified. @throws ArtifactMissingError; ArtifactCorruptError */
  readBytes(ref: ArtifactRef): Promise<Buffer>;
  /** The JSON value, unchecked. @throws ArtifactMissingError; ArtifactCorruptError; SyntaxError when it is not JSON */
  readJson(ref: ArtifactRef): Promise<unknown>;
  /** The JSON value, checked by a schema. @throws the same; ZodError when it has another shape */
  readJson<Schema extends z.ZodType>(ref: ArtifactRef, schema: Schema): Promise<z.infer<Schema>>;
  /** Whether the bytes are there, in their length; for a folder: its listing and every file of it. */
  has(ref: ArtifactRef): Promise<boolean>;
}
