import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { loadConnection, type NetworkConnection } from '@careledger/ledger';
import { devNetworkFolder } from '@careledger/network-definition';
import { RunnerError } from '../errors.js';
import { DEFAULT_ROOT } from '../native/layout.js';

/** Folders of networks that the project's own commands start, below the working directory. */
export const KNOWN_FOLDERS: readonly string[] = [devNetworkFolder(), DEFAULT_ROOT];
/** Time that a peer on this machine gets to take a connection. */
const CONNECT_TIMEOUT_MS = 1_000;

/** A network's folder, and how its peers are reached. */
export interface FoundNetwork {
  readonly dir: string;
  readonly connection: NetworkConnection;
}

/**
 * The network of `dir`, or the first known one that runs.
 * @throws RunnerError NOT_SET_UP
 */
export async function findNetwork(dir: string | undefined): Promise<FoundNetwork> {
  for (const folder of dir === undefined ? KNOWN_FOLDERS : [dir]) {
    const file = join(folder, 'connection.json');
    if (!existsSync(file)) continue;
    const connection = loadConnection(file);
    if (await runs(connection)) return { dir: folder, connection };
  }
  throw new RunnerError(
    'NOT_SET_UP',
    dir === undefined
      ? 'no network runs here: `make dev` or `make up-native` starts one, DIR=… names the folder of another'
      : `no network of ${dir} runs: it needs the folder that has connection.json, and its peers`,
  );
}

/** Whether any peer takes connections. */
async function runs({ channels }: NetworkConnection): Promise<boolean> {
  const endpoints = Object.values(channels).flatMap(({ organizations }) => Object.values(organizations));
  const answers = await Promise.all(
    [...new Set(endpoints.map(({ endpoint }) => endpoint))].map(takesConnections),
  );
  return answers.includes(true);
}

function takesConnections(endpoint: string): Promise<boolean> {
  const [host = '', port] = endpoint.split(':');
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port: Number(port), timeout: CONNECT_TIMEOUT_MS });
  socket.once('connect', () => resolve(true));
  for (const event of ['error', 'timeout'] as const) socket.once(event, () => resolve(false));
  return promise.finally(() => socket.destroy());
}
