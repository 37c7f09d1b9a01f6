import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Narrator, SAMPLE_FILE, readRecording, shiftIntoPast, walk } from '@careledger/examples';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { findFabricBinaries } from '@careledger/network-runners';
import { Family, startCareledger, startNativeNetwork, type NativeNetwork } from '@careledger/supervisor';
import { afterAll, describe, expect, test } from '@jest/globals';
import { expectWholeWalk } from './expected.js';

const TIMEOUT_MS = 900_000;
/** Four times the records of the default: the ledgers stay busy while things are killed. */
const INTERVAL_MS = 900_000;
/** How long a victim stays dead before it is started again. */
const DEAD_MS = 1_500;

const binaries = await findFabricBinaries().catch(() => undefined);
if (binaries === undefined)
  console.warn('SKIPPED: faults on real Fabric need peer and orderer on PATH or in FABRIC_BIN');

(binaries === undefined ? describe.skip : describe)(
  'kill -9 on real Fabric while the demo’s load runs',
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'careledger-faults-'));
    const family = new Family();
    let network: NativeNetwork | undefined;
    afterAll(async () => {
      await family.stop();
      await network?.clean();
      rmSync(dir, { recursive: true, force: true });
    }, TIMEOUT_MS);

    test(
      'of peers, chaincode, BFT follower and leader, services, and the whole network: nothing lost, nothing doubled',
      async () => {
        const recording = shiftIntoPast(await readRecording(SAMPLE_FILE), Date.now());
        const fabric = await startNativeNetwork(join(dir, 'network'), 'full', PORT_OFFSETS.faults);
        network = fabric;
        const careledger = await startCareledger({ family, network, dir, recordIntervalMs: INTERVAL_MS });
        const narrator = new Narrator(true);
        const nodes = (...names: string[]) => ({
          what: names.length > 3 ? 'the whole network' : names.join(', '),
          kill: async () => names.forEach((name) => fabric.kill(name)),
          restart: () => fabric.up(),
        });
        const service = (name: string) => ({
          what: name,
          kill: () => family.child(name).kill(),
          restart: () => family.child(name).start(),
        });
        const chaincodeHost = fabric.processes().find((name) => name.includes('chaincode'));
        const victims = [
          nodes('peer-patients'),
          nodes('peer-lab'),
          ...(chaincodeHost === undefined ? [] : [nodes(chaincodeHost)]),
          nodes('orderer-cloud-a'),
          nodes('orderer-patients'),
          service('gateway'),
          service('cloud-a'),
          nodes(...fabric.processes()),
        ];
        const rampage = async () => {
          for (const { kill, restart, what } of victims) {
            await kill();
            narrator.say(`kill -9 of ${what}`);
            await delay(DEAD_MS);
            await restart();
            narrator.say(`${what} is back`);
          }
        };
        let running: Promise<void> | undefined;
        const outcome = await walk({
          careledger,
          network: fabric,
          recording,
          narrator,
          onReplay: ({ stored }) =>
            stored > recording.rowCount / 10 ? (running ??= rampage()) : Promise.resolve(),
        });
        expect(running).toBeDefined();
        expectWholeWalk(outcome, recording, INTERVAL_MS);
      },
      TIMEOUT_MS,
    );
  },
);
