/** A worker of its own: starts the job that it is given as JSON, says so, and stays until it is killed. */
import { openSandbox } from "./drivers.ts";

const { place, spec } = JSON.parse(process.argv[2] ?? "{}");
const handle = await openSandbox(place).start(spec);
process.stdout.write(
  `${JSON.stringify({ adopted: handle.adopted, incarnation: handle.incarnation })}\n`,
);
setInterval(() => {}, 60_000);
