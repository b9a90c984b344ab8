import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { JobSpec } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

const RESERVED = ["out", "python"];

/** Throws {@link SandboxError} where a name is not one; names become paths. */
export function checkName(name: string): void {
  if (!/^[a-z0-9_-][a-z0-9._-]{0,149}$/.test(name)) {
    throw new SandboxError(
      `${JSON.stringify(name)} is no job name: [a-z0-9._-]{1,150}, no leading dot`,
    );
  }
}

/** Throws {@link SandboxError} where the spec can't be run as it is: before anything is started or written. */
export function checkSpec(spec: JobSpec): void {
  checkName(spec.name);
  const fault = faultOf(spec);
  if (fault !== null) throw new SandboxError(`job ${spec.name}: ${fault}`, { job: spec.name });
}

function faultOf(spec: JobSpec): string | null {
  if (spec.command.length === 0) return "its command is empty";
  for (const [name, path] of Object.entries(spec.mounts)) {
    if (!/^[a-z0-9_-]{1,64}$/.test(name) || RESERVED.includes(name))
      return `${JSON.stringify(name)} is no name for a mount`;
    if (!isAbsolute(path)) return `mount ${name} needs an absolute path, not ${path}`;
    if (!existsSync(path)) return `mount ${name} is not there: ${path}`;
  }
  if (spec.device !== null && !/^[a-z0-9][a-z0-9-]{0,63}$/.test(spec.device))
    return `${JSON.stringify(spec.device)} is no name of a device`;
  for (const [name, value] of Object.entries({ ...spec.limits, threads: spec.threads })) {
    if (value !== null && !(Number.isFinite(value) && value > 0))
      return `${name} must be a positive number, not ${value}`;
  }
  const odd = [...spec.command, ...Object.entries(spec.env).flat()].find((text) =>
    text.includes("\0"),
  );
  return odd === undefined ? null : "its command or environment holds a NUL";
}
