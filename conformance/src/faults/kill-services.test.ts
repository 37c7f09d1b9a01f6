import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority, Gateway } from '@careledger/client';
import {
  DEMO_AUTHORITIES,
  Narrator,
  NoticeInbox,
  SAMPLE_FILE,
  readRecording,
  shiftIntoPast,
  walk,
  type Recording,
  type ReplayCounts,
} from '@careledger/examples';
import { ProcessGroup, startCareledger, startEmbeddedNetwork } from '@careledger/supervisor';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectWholeWalk } from './expected.js';

const TIMEOUT_MS = 600_000;
const HOUR_MS = 3_600_000;
describe('kill -9 of gateway, cloud and api in the middle of the demo', () => {
  const dir = mkdtempSync(join(tmpdir(), 'careledger-kill-'));
  const processes = new ProcessGroup();
  let recording: Recording;
  beforeAll(async () => {
    recording = shiftIntoPast(await readRecording(SAMPLE_FILE), Date.now());
  });
  afterAll(async () => {
    await processes.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  test(
    'loses nothing and doubles nothing',
    async () => {
      const network = await startEmbeddedNetwork(processes, join(dir, 'network'), join(dir, 'logs'));
      const careledger = await startCareledger({
        processes,
        network,
        dir,
        authorities: DEMO_AUTHORITIES,
        recordIntervalMs: HOUR_MS,
      });
      const victims = ['gateway', 'cloud-a', 'hospital', 'gateway'];
      const killed: string[] = [];
      let rampage = Promise.resolve();
      const onAnswer = ({ stored }: ReplayCounts): Promise<void> => {
        // One victim at each fifth of the way.
        const next = victims[killed.length];
        if (
          next !== undefined &&
          stored > ((killed.length + 1) * recording.rowCount) / (victims.length + 1)
        ) {
          killed.push(next);
          rampage = rampage.then(async () => {
            await processes.child(next).kill();
            await processes.child(next).start();
          });
        }
        return rampage;
      };
      const outcome = await walk({
        careledger,
        network,
        recording,
        narrator: new Narrator(true),
        replay: { onAnswer },
      });

      expect(killed).toEqual(victims);
      expectWholeWalk(outcome, recording, HOUR_MS);

      // The hospital's log has each announced version once, though it was killed and its stream was cut.
      const hospital = careledger.authorities['hospital'];
      if (hospital === undefined) throw new Error('There is no hospital.');
      const patientIds = new Set(outcome.people.map((person) => person.patientId));
      const seen: string[] = [];
      const { tokens, url } = hospital;
      await using notices = await NoticeInbox.open(new Authority({ url, token: tokens.practitioner }), 0);
      const { gateway } = careledger;
      const ops = new Gateway({ url: gateway.url, token: gateway.tokens.ops });
      const { announced } = await ops.getStatistics();
      await expectEventually(() => {
        seen.length = 0;
        for (const { data, type } of notices.received)
          if (
            type === 'record' &&
            patientIds.has(String(data['patientId'])) &&
            String(data['author']).startsWith('pat_')
          )
            seen.push(`${String(data['recordId'])}/${String(data['version'])}`);
        return seen.length >= announced.versions;
      });
      expect(seen.length).toBe(announced.versions);
      expect(new Set(seen).size).toBe(seen.length);
    },
    TIMEOUT_MS,
  );
});

/** Polls until it holds, ten seconds at most. */
async function expectEventually(holds: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + 10_000;
  while (!holds() && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 100));
}
