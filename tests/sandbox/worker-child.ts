/** A worker of its own: starts the job that it is given as JSON, says so, and stays until it is killed. */
import { createProcessSandbox } from "../../sandbox/process.ts";

const { options, spec } = JSON.parse(process.argv[2] ?? "{}");
const handle = await createProcessSandbox(options).start(spec);
process.stdout.write(
  `${JSON.stringify({ adopted: handle.adopted, incarnation: handle.incarnation })}\n`,
);
setInterval(() => {}, 60_000);
