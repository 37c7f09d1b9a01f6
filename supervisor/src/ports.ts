import { createServer } from 'node:net';

/**
 * Above the ports of native networks, and below those that systems hand out for outgoing connections: a service finds its
 * port again after a restart.
 */
const PORT_MIN = 26_000;
const PORT_MAX = 32_000;
const TRIES_MAX = 200;
/** Processes that look at the same time, tests as a rule, begin this far apart, so that they find different ones. */
const PORTS_PER_PROCESS = 64;
let next = (process.pid * PORTS_PER_PROCESS) % (PORT_MAX - PORT_MIN);

/** Free TCP ports on loopback, different from one another. They are free now, not reserved. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePortRun(1));
  return ports;
}

/** The first of `count` free TCP ports in a row on loopback: for a program that takes one and those after it. */
export async function freePortRun(count: number): Promise<number> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const first = PORT_MIN + next;
    next = (next + count) % (PORT_MAX - PORT_MIN - count);
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
