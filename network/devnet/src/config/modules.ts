import { resolve } from 'node:path';
import type { ChaincodeOptions, ChannelOptions, DevnetOptions } from './options.js';

const MODULE_PREFIX = 'module:';

/** Absolute path of a `module:` source; undefined for a chaincode server's address. */
export function modulePath(source: string): string | undefined {
  return source.startsWith(MODULE_PREFIX) ? resolve(source.slice(MODULE_PREFIX.length)) : undefined;
}

/** Source of a chaincode for each organisation that has it. */
export function sourcesOf(options: ChaincodeOptions, channel: ChannelOptions): Map<string, string> {
  const { source } = options;
  if (typeof source !== 'string') return new Map(Object.entries(source));
  return new Map(channel.organizations.map((mspId) => [mspId, source]));
}

/** The modules that the devnet has to run itself, and the organisations whose peers run each. */
export function hostedModules(options: DevnetOptions): Map<string, string[]> {
  const modules = new Map<string, Set<string>>();
  for (const channel of Object.values(options.channels)) {
    for (const chaincode of Object.values(channel.chaincodes ?? {})) {
      for (const [mspId, source] of sourcesOf(chaincode, channel)) {
        const path = modulePath(source);
        if (path !== undefined) modules.set(path, (modules.get(path) ?? new Set()).add(mspId));
      }
    }
  }
  return new Map([...modules].map(([path, mspIds]) => [path, [...mspIds]]));
}
