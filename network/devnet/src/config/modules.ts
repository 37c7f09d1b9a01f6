import { resolve } from 'node:path';
import type { DevnetOptions } from './options.js';

const MODULE_PREFIX = 'module:';

/** Absolute path of a `module:` source; undefined for a chaincode server's address. */
export function modulePath(source: string): string | undefined {
  return source.startsWith(MODULE_PREFIX) ? resolve(source.slice(MODULE_PREFIX.length)) : undefined;
}

/** The modules that the devnet has to run itself, each once. */
export function hostedModules(options: DevnetOptions): string[] {
  const sources = Object.values(options.channels)
    .flatMap((channel) => Object.values(channel.chaincodes ?? {}))
    .flatMap(({ source }) => (typeof source === 'string' ? [source] : Object.values(source)));
  return [...new Set(sources.map(modulePath).filter((path) => path !== undefined))];
}
