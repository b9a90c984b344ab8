import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockHome } from "../../workers/home-lock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const module = join(import.meta.dirname, "..", "..", "workers", "home-lock.ts");

test("a home has one supervisor, and a killed one gives it free", async () => {
  const home = temporaryFolder();
  const script = `import { lockHome } from ${JSON.stringify(module)};
    console.log(lockHome(${JSON.stringify(home)}) === null ? "busy" : "locked");
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(holder.stdout, "data");
  expect(String(said).trim()).toBe("locked");
  expect(lockHome(home)).toBeNull();
  holder.kill("SIGKILL");
  await once(holder, "exit");
  const lock = lockHome(home);
  expect(lock).not.toBeNull();
  lock?.release();
});
