import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Above the ports of native networks, and below those that systems hand out for outgoing connections: a service finds its
 * port again after a restart.
 */
const PORT_MIN = 26_000;
const PORT_MAX = 32_000;
const HOST = '127.0.0.1';
/** As long as a service may take to start and to listen, on a machine that does much else. */
const RESERVED_MS = 180_000;
/** Processes look at the same time, tests as a rule: each begins elsewhere. */
let next = Math.floor(Math.random() * (PORT_MAX - PORT_MIN));

/** TCP ports on loopback, different from one another, that are free and that nobody else is given here for a while. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePortRun(1));
  return ports;
}

/** The first of `count` TCP ports in a row, as those of `freePorts`: for a program that takes one and those after it. */
export async function freePortRun(count: number): Promise<number> {
  for (let tries = 0; tries < PORT_MAX - PORT_MIN; tries++) {
    const first = PORT_MIN + next;
    next = (next + count) % (PORT_MAX - PORT_MIN - count);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (await reserveAll(ports)) return first;
  }
  throw new Error(`No ${count} free TCP ports in a row were found.`);
}

/** Reserves all of them, or none. @returns whether they are free, and reserved now */
async function reserveAll(ports: readonly number[]): Promise<boolean> {
  const reservations = await Promise.all(ports.map(reserve));
  const isFreeNow = await Promise.all(ports.map(isFree));
  const areOurs = reservations.every((letGo) => letGo !== undefined) && isFreeNow.every((is) => is);
  for (const letGo of reservations) {
    if (!areOurs) letGo?.();
    else if (letGo !== undefined) setTimeout(letGo, RESERVED_MS).unref();
  }
  return areOurs;
}

/**
 * A port of UDP is not in the way of the same one of TCP, and only one process holds it: whoever holds it has the other.
 * It is let go by what is returned, and when the process ends.
 */
function reserve(port: number): Promise<(() => void) | undefined> {
  const socket = createSocket('udp4').unref();
  return new Promise((resolve) => {
    socket.once('error', () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind({ port, address: HOST, exclusive: true }, () => resolve(() => socket.close()));
  });
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, HOST, () => server.close(() => resolve(true)));
  });
}
