import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A port that passes everything on to another, and can go away and come back. */
export interface TcpProxy {
  readonly address: string;
  /** Closes the port and every connection. */
  drop(): Promise<void>;
  /** Opens the same port again. */
  restore(): Promise<void>;
}

/** Starts a proxy in front of `host:port`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const [host = "", port = ""] = target.split(":");
  const sockets = new Set<Socket>();
  let server: Server = createServer();
  const listen = (at: number) =>
    new Promise<void>((resolve, reject) => {
      server = createServer((incoming) => {
        const outgoing = connect(Number(port), host);
        for (const socket of [incoming, outgoing]) {
          sockets.add(socket);
          socket.on("error", () => socket.destroy());
          socket.on("close", () => {
            incoming.destroy();
            outgoing.destroy();
            sockets.delete(socket);
          });
        }
        incoming.pipe(outgoing).pipe(incoming);
      });
      server.once("error", reject).listen(at, "127.0.0.1", resolve);
    });
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  return {
    address: `127.0.0.1:${own}`,
    drop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    restore: () => listen(own),
  };
}
