/** Writes what real Fabric answers to recordings/peer.json: `FABRIC_BIN=… npm run record-peer`. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { requireFabricBinaries } from '@careledger/network-runners';
import { hasFailed, outcomesOn } from './all.js';
import { RECORDING_FILE } from './recording.js';
import { startNative } from '../fixtures/probe/native.js';

const { peer } = await requireFabricBinaries();
const { stdout } = await promisify(execFile)(peer, ['version']);
const version = /Version: (\S+)/.exec(stdout)?.[1] ?? 'of unknown version';
await using network = await startNative();
const outcomes = await outcomesOn(network);
const failed = Object.entries(outcomes).filter(([, outcome]) => hasFailed(outcome));
if (failed.length > 0) throw new Error(`nothing recorded: ${JSON.stringify(failed)}`);
await writeFile(
  RECORDING_FILE,
  `${JSON.stringify({ recordedFrom: `Fabric ${version}`, outcomes }, null, 2)}\n`,
);
