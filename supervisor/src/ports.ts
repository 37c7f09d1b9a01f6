import { createServer } from 'node:net';

/** Free TCP ports on loopback, different from one another. They are free now, not reserved. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) =>
        server.once('error', reject).listen(0, '127.0.0.1', resolve),
      );
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A TCP server without a port.');
    return address.port;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Below the ports that systems hand out for outgoing connections, where a run would soon be broken into. */
const RUN_PORT_MIN = 20_000;
const RUN_PORT_MAX = 30_000;
const RUN_TRIES_MAX = 50;

/** The first of `count` free TCP ports in a row on loopback: for a program that takes one and those after it. */
export async function freePortRun(count: number): Promise<number> {
  for (let tries = 0; tries < RUN_TRIES_MAX; tries++) {
    const first = RUN_PORT_MIN + Math.floor(Math.random() * (RUN_PORT_MAX - RUN_PORT_MIN - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(ports.map(isFree));
    if (free.every((is) => is)) return first;
  }
  throw new Error(`No ${count} free TCP ports in a row were found.`);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
