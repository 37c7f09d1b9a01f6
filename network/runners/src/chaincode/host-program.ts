import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { RunnerError } from '../errors.js';
import type { ChaincodeCommand } from './launch.js';

/** Environment variable that names another program to serve the chaincode. */
export const HOST_VARIABLE = 'CARELEDGER_CHAINCODE_HOST';

/** The project's chaincode host: bundled, it starts in half the time. */
const PROGRAM = fileURLToPath(
  new URL('../../../../../chaincode/host/dist/bundle/careledger-chaincode-host.mjs', import.meta.url),
);

/** How to run the chaincode host: the one that is named, or else the project's own. */
export async function chaincodeHostCommand(named = process.env[HOST_VARIABLE]): Promise<ChaincodeCommand> {
  const program = named ? named : PROGRAM;
  if (await isThere(program)) return { command: process.execPath, args: [program] };
  throw new RunnerError(
    'CHAINCODE_MISSING',
    named ? `${named} is not there` : 'the chaincode is not built: run "npm run build", then this again',
  );
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
