import { ModuleProcess } from './chaincode/host/module-process.js';
import type { DevnetOptions } from './config/options.js';
import { validateOptions } from './config/validate.js';
import { hostedModules } from './config/modules.js';
import type { Devnet } from './devnet.js';
import { createLog } from './log.js';

export type { DevnetOptions } from './config/options.js';
export type { Devnet } from './devnet.js';

/**
 * Starts a devnet in this process; each chaincode of a `module:` source runs in a process beside it.
 * Resolves when clients can use it. Close what it returns.
 * @throws DevnetError
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  validateOptions(options);
  const log = createLog(options.logLevel ?? 'warn');
  // The shims take longest to load: they begin first, and the rest is loaded meanwhile.
  const modules = [...hostedModules(options)].map(([path, mspIds]) => new ModuleProcess(path, mspIds, log));
  const devnet = await import('./devnet.js');
  return devnet.Devnet.start(options, modules, log);
}
