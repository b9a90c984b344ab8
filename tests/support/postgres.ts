import { execFile, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import pg from "pg";

/** A private PostgreSQL server: own data folder, own socket, no TCP port. */
export interface PostgresServer {
  /** Makes an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Ends the server and deletes its data. */
  stop(): Promise<void>;
}

/** What a search for the server's programs gave: their folder, or why there is none. */
export type PostgresSearch = { readonly bin: string } | { readonly missing: string };

/** Looks for `initdb` and `postgres` in Debian's folders (the newest first) and on PATH. */
export function findPostgres(): PostgresSearch {
  const debian = globSync("/usr/lib/postgresql/*/bin").sort().reverse();
  const folders = [...debian, ...(process.env.PATH ?? "").split(delimiter)];
  for (const bin of folders) {
    if (!existsSync(join(bin, "initdb")) || !existsSync(join(bin, "postgres"))) continue;
    if (process.getuid?.() === 0 && postgresUser() === null) {
      return { missing: "PostgreSQL refuses to run as root and there is no user postgres" };
    }
    return { bin };
  }
  return { missing: "no PostgreSQL server was found (Debian: apt-get install postgresql)" };
}

/** Starts a server; as root it runs as the user postgres, since it refuses root. */
export async function startPostgres(bin: string): Promise<PostgresServer> {
  const user = process.getuid?.() === 0 ? postgresUser() : null;
  const folder = mkdtempSync(join(tmpdir(), "dojo-pg-"));
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  if (user !== null) for (const path of [folder, data]) chownSync(path, user.uid, user.gid);
  const options = { cwd: folder, env: { LC_ALL: "C", PATH: process.env.PATH }, ...user };
  const init = ["-D", data, "-U", "dojo", "-A", "trust", "-E", "UTF8", "--no-sync"];
  await promisify(execFile)(join(bin, "initdb"), init, options);

  // Tests need no safety against power cuts.
  const settings = ["-c", "fsync=off", "-c", "listen_addresses=", "-c", "shared_buffers=16MB"];
  const server = spawn(join(bin, "postgres"), ["-D", data, "-k", folder, ...settings], {
    ...options,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const killAtExit = () => server.kill("SIGQUIT");
  process.once("exit", killAtExit);
  const stop = async () => {
    process.removeListener("exit", killAtExit);
    server.kill("SIGQUIT");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface(server.stderr).on("line", (line) => {
      lines.push(line);
      if (line.includes("ready to accept connections")) resolve();
    });
    server.once("exit", () => reject(new Error(`postgres ended:\n${lines.join("\n")}`)));
  });
  const url = (database: string) =>
    `postgresql://dojo@/${database}?host=${encodeURIComponent(folder)}`;
  return {
    async createDatabase(name) {
      const client = new pg.Client({ connectionString: url("postgres") });
      await client.connect();
      await client.query(`create database "${name}"`);
      await client.end();
      return url(name);
    },
    stop,
  };
}

function postgresUser(): { readonly uid: number; readonly gid: number } | null {
  try {
    const id = (flag: string) =>
      Number(execFileSync("id", [flag, "postgres"], { stdio: ["ignore", "pipe", "ignore"] }));
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return null;
  }
}
