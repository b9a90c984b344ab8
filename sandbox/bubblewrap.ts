import { execFileSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readdirSync,
  readlinkSync,
  realpathSync,
} from "node:fs";
import { join } from "node:path";

/** What this host's bubblewrap can do. */
export type BubblewrapProbe =
  | { readonly works: true; readonly path: string; readonly features: BubblewrapFeatures }
  /** `reason`: in words, for `doctor` and for error messages. */
  | { readonly works: false; readonly reason: string };

/** Options that older versions lack. */
export interface BubblewrapFeatures {
  readonly sizedTmpfs: boolean;
  readonly disableUserns: boolean;
}

/** What a job sees besides the system's own folders. */
export interface BubblewrapView {
  /** Host path; writable at `/job/out`. */
  readonly out: string;
  /** Name -> host path; read-only at `/job/<name>`. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Read-only at their own paths: the Python environment. */
  readonly roots: readonly string[];
  /** Never shown, also where a root or `/usr` contains them. */
  readonly hidden: readonly string[];
  /** Most bytes in `/tmp` and in `/dev/shm`. */
  readonly temporaryBytes: number;
  /** A `cuda-…` device makes the host's NVIDIA device nodes and /sys visible (not yet run on a GPU). */
  readonly device: string | null;
}

const ETC = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime"];

let probed: BubblewrapProbe | undefined;

/** Finds `bwrap` on PATH and really starts a sandbox with it, once per process. */
export function probeBubblewrap(): BubblewrapProbe {
  probed ??= probe();
  return probed;
}

function probe(): BubblewrapProbe {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/usr/local/bin"];
  const path = folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, "bwrap"))
    .find(isExecutable);
  if (path === undefined) return { works: false, reason: "bubblewrap is not installed" };
  try {
    const help = execFileSync(path, ["--help"], { encoding: "utf8", timeout: 10_000 });
    const features = {
      sizedTmpfs: help.includes("--size"),
      disableUserns: help.includes("--disable-userns"),
    };
    const options = [
      ...isolation(features),
      ...system(2 ** 20, features, []),
      "--",
      "/usr/bin/true",
    ];
    execFileSync(path, options, { stdio: ["ignore", "ignore", "pipe"], timeout: 10_000 });
    return { works: true, path, features };
  } catch (error) {
    const stderr = String((error as { stderr?: Buffer }).stderr ?? "").trim();
    return { works: false, reason: `bubblewrap does not work here: ${stderr || String(error)}` };
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isolation(features: BubblewrapFeatures): string[] {
  return [
    "--unshare-all",
    "--unshare-user",
    // Or the job would be root in a namespace of its own, with the kernel's whole surface before it.
    ...(features.disableUserns ? ["--disable-userns"] : []),
    "--die-with-parent",
    "--new-session",
    ...["--uid", "1000", "--gid", "1000", "--hostname", "job"],
  ];
}

function system(
  temporaryBytes: number,
  features: BubblewrapFeatures,
  deviceOptions: readonly string[],
): string[] {
  const size = features.sizedTmpfs ? ["--size", String(temporaryBytes)] : [];
  const options = ["--ro-bind", "/usr", "/usr"];
  for (const name of ["bin", "sbin", "lib", "lib32", "lib64", "libx32"]) {
    const path = `/${name}`;
    if (!existsSync(path)) continue;
    if (lstatSync(path).isSymbolicLink()) options.push("--symlink", readlinkSync(path), path);
    else options.push("--ro-bind", path, path);
  }
  for (const name of ETC) options.push("--ro-bind-try", `/etc/${name}`, `/etc/${name}`);
  options.push("--proc", "/proc", "--dev", "/dev");
  options.push(...deviceOptions, ...size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev");
  options.push(...size, "--tmpfs", "/tmp");
  return options;
}

function deviceOptions(device: string | null): string[] {
  if (device === null || !device.startsWith("cuda")) return [];
  const nodes = readdirSync("/dev").filter((name) => name.startsWith("nvidia"));
  const binds = nodes.flatMap((name) => ["--dev-bind", `/dev/${name}`, `/dev/${name}`]);
  return [...binds, "--ro-bind", "/sys", "/sys"];
}

const inside = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`);
const depth = (path: string): number => path.split("/").length;

/** The options for one job: namespaces of its own, no network, nothing of the host but what `view` names. */
export function bubblewrapOptions(view: BubblewrapView, features: BubblewrapFeatures): string[] {
  const roots = view.roots.filter((root) => !inside(root, "/usr"));
  const shown = ["/usr", ...roots];
  const hidden = view.hidden
    .filter((path) => existsSync(path))
    .flatMap((path) => [path, realpathSync(path)])
    .filter((path) => shown.some((root) => inside(path, root)));
  // The deeper one lies over the other: a virtual environment inside a hidden folder is still seen.
  const layers = [
    ...[...new Set(hidden)].map((path) => ({ path, options: ["--tmpfs", path] })),
    ...roots.map((path) => ({ path, options: ["--ro-bind", path, path] })),
  ].sort((a, b) => depth(a.path) - depth(b.path));
  const under = view.roots.filter(
    (root) => inside(root, "/usr") && hidden.some((path) => inside(root, path)),
  );
  return [
    ...isolation(features),
    ...system(view.temporaryBytes, features, deviceOptions(view.device)),
    ...layers.flatMap((layer) => layer.options),
    ...under.flatMap((path) => ["--ro-bind", path, path]),
    ...Object.entries(view.mounts).flatMap(([name, path]) => ["--ro-bind", path, `/job/${name}`]),
    ...["--bind", view.out, "/job/out", "--remount-ro", "/", "--chdir", "/job/out"],
  ];
}
