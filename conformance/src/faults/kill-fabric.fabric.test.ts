import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  DEMO_AUTHORITIES,
  Narrator,
  SAMPLE_FILE,
  eventually,
  readRecording,
  shiftIntoPast,
  walk,
  type Person,
  type Recording,
  type Walk,
} from '@careledger/examples';
import { PORT_OFFSETS } from '@careledger/network-definition';
import {
  NativeNetwork,
  chaincodeHostCommand,
  findFabricBinaries,
  heights,
} from '@careledger/network-runners';
import {
  ProcessGroup,
  startCareledger,
  startNativeNetwork,
  type Careledger,
  type FabricNetwork,
} from '@careledger/supervisor';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { practitioner } from './clients.js';
import { expectWholeWalk } from './expected.js';
import { clientErrors, describeFindings, type Finding } from './finding.js';
import { Load } from './load.js';
import { Orderers } from './orderers.js';
import { Trial, type Fault } from './trial.js';

const TIMEOUT_MS = 900_000;
/** A quarter of the default: four times the records. */
const RECORD_INTERVAL_MS = 900_000;
/** Often, so that anchors too are on their way when something dies. */
const ANCHOR_INTERVAL_MS = 2_000;
/** How long a victim stays dead before it is started again. */
const DEAD_MS = 3_000;
/** How long the system is watched with three of four orderers. */
const ONE_ORDERER_DOWN_MS = 10_000;
/** Frames that may be sent while one fault is looked at, so that the recording lasts for all of them. */
const FRAMES_PER_FAULT = 95;

const binaries = await findFabricBinaries();
if (binaries === undefined)
  process.stderr.write('SKIPPED: faults on real Fabric need peer and orderer on PATH or in FABRIC_BIN\n');

(binaries === undefined ? describe.skip : describe)(
  'kill -9 on real Fabric, full profile, while the demo’s load runs,',
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'careledger-faults-'));
    const processes = new ProcessGroup();
    const findings: Finding[] = [];
    const load = new Load();
    const faultsOver = Promise.withResolvers<void>();
    let network: FabricNetwork;
    let nodes: NativeNetwork;
    let orderers: Orderers;
    let careledger: Careledger;
    let trial: Trial;
    let walked: Promise<Walk>;
    let recording: Recording;

    beforeAll(async () => {
      network = await startNativeNetwork(join(dir, 'network'), 'full', PORT_OFFSETS.faults);
      nodes = new NativeNetwork({ root: join(dir, 'network'), chaincode: await chaincodeHostCommand() });
      orderers = await Orderers.open(nodes.plan(await nodes.state()), nodes.layout);
      careledger = await startCareledger({
        processes,
        network,
        dir,
        authorities: DEMO_AUTHORITIES,
        recordIntervalMs: RECORD_INTERVAL_MS,
        anchorIntervalMs: ANCHOR_INTERVAL_MS,
      });
      recording = shiftIntoPast(await readRecording(SAMPLE_FILE), Date.now());
      const enrolled = Promise.withResolvers<readonly Person[]>();
      walked = walk({
        careledger,
        network,
        recording,
        narrator: new Narrator(true),
        onEnrolled: enrolled.resolve,
        replay: load.options(() => faultsOver.promise),
      });
      // What fails in it is the last test’s to say, and may not be waited for here.
      walked.catch(enrolled.reject);
      const people = await enrolled.promise;
      load.grant(FRAMES_PER_FAULT);
      const open = practitioner(careledger, people);
      for (const { patientId } of people)
        await eventually(`The hospital reading a record of ${patientId}`, () => unlessRefused(open));
      trial = new Trial({ careledger, network: nodes, people, load, framesPerFault: FRAMES_PER_FAULT });
    }, TIMEOUT_MS);

    afterAll(async () => {
      process.stderr.write(`\n${describeFindings(findings)}\n`);
      load.release();
      faultsOver.resolve();
      await trial?.[Symbol.asyncDispose]();
      await processes.stop();
      orderers?.[Symbol.dispose]();
      await network?.clean();
      rmSync(dir, { recursive: true, force: true });
    }, TIMEOUT_MS);

    /** Looks at a fault, keeps what was seen for the table, and checks what no fault may change. */
    async function observe(fault: Fault): Promise<Finding> {
      const finding = await trial.observe(fault);
      findings.push(finding);
      expect(finding.framesRejected).toBe(0);
      expect(finding.frames.acknowledged).toBeGreaterThan(0);
      expect(finding.opening.calls).toBeGreaterThan(0);
      expect(finding.announced).toBeGreaterThan(0);
      for (const [before, after] of Object.values(finding.heights)) expect(after).toBeGreaterThan(before);
      return finding;
    }

    const killNodes = (what: string, names: readonly string[], deadMs = DEAD_MS): Fault => ({
      what,
      victim: names.length > 3 ? `${names.length} processes` : names.join(', '),
      run: async (gone, back) => {
        for (const name of names) network.kill(name);
        gone();
        await delay(deadMs);
        await network.up();
        for (const name of names.filter((id) => id.startsWith('orderer'))) await orderers.untilCaughtUp(name);
        back();
      },
    });
    const killService = (what: string, name: string): Fault => ({
      what,
      victim: name,
      run: async (gone, back) => {
        await processes.child(name).kill();
        gone();
        await delay(DEAD_MS);
        await processes.child(name).start();
        back();
      },
    });
    const step = (name: string, body: () => Promise<void>) => test(name, body, TIMEOUT_MS);

    step('nothing: no client sees an error', async () => {
      const finding = await observe({ what: 'nothing killed', victim: '–', run: () => delay(DEAD_MS) });
      expect(clientErrors(finding)).toBe(0);
    });

    step('a BFT follower: no client sees an error', async () => {
      const leaders = [...(await orderers.untilLed()).values()];
      const follower = orderers.plan.orderers.map(({ id }) => id).find((id) => !leaders.includes(id)) ?? '';
      const finding = await observe(killNodes('a BFT follower', [follower], ONE_ORDERER_DOWN_MS));
      expect(clientErrors(finding)).toBe(0);
    });

    step('the BFT leader of each channel: clients wait until another leads, and see no error', async () => {
      for (const channel of orderers.plan.channels.map(({ name }) => name)) {
        const leaders = await orderers.untilLed();
        const leader = leaders.get(channel) ?? '';
        const led = [...leaders].filter(([, id]) => id === leader).map(([name]) => name);
        // Most often one leads both.
        if (led[0] !== channel) continue;
        await killLeader(leader, led);
      }
    });

    async function killLeader(leader: string, led: readonly string[]): Promise<void> {
      const changing = await observe({
        what: 'the BFT leader',
        victim: `${leader} (${led.join(', ')})`,
        run: async (gone) => {
          network.kill(leader);
          gone();
          const killedMs = Date.now();
          const next = await orderers.untilLed([leader]);
          return `${led.map((channel) => next.get(channel)).join(', ')} after ${(Date.now() - killedMs) / 1_000} s`;
        },
      });
      expect(clientErrors(changing)).toBe(0);
      const down = await observe({
        what: 'it is still down',
        victim: leader,
        run: () => delay(ONE_ORDERER_DOWN_MS),
      });
      expect(clientErrors(down)).toBe(0);
      const returned = await observe({
        what: 'it returns',
        victim: leader,
        run: async () => {
          await network.up();
          await orderers.untilCaughtUp(leader);
        },
      });
      expect(clientErrors(returned)).toBe(0);
    }

    step('the gateway’s own peer: devices do not notice, and records are opened at another', async () => {
      const { framesResent, opening } = await observe(killNodes('the gateway’s peer', ['peer-patients']));
      expect(framesResent).toBe(0);
      expect(opening.errors).toEqual([]);
    });

    step('another peer: no client sees an error', async () => {
      const finding = await observe(killNodes('another peer', ['peer-lab']));
      expect(clientErrors(finding)).toBe(0);
    });

    step('a chaincode process: records are opened all the same', async () => {
      const { opening } = await observe(killNodes('a chaincode process', ['chaincode-patients']));
      expect(opening.errors).toEqual([]);
    });

    step('the gateway-service: records are opened all the same', async () => {
      const { opening } = await observe(killService('the gateway-service', 'gateway'));
      expect(opening.errors).toEqual([]);
    });

    step('a cloud-service: only the records that it keeps cannot be opened', async () => {
      const { asking, opening } = await observe(killService('a cloud-service', 'cloud-a'));
      expect(asking.errors).toEqual([]);
      expect(opening.errors.filter((code) => code !== 'PROVIDER_UNREACHABLE')).toEqual([]);
    });

    step('the whole network at once: devices do not notice', async () => {
      const { framesResent } = await observe(killNodes('the whole network', network.processes()));
      expect(framesResent).toBe(0);
    });

    step('and afterwards nothing is lost, nothing is doubled', async () => {
      load.release();
      faultsOver.resolve();
      expectWholeWalk(await walked, recording, RECORD_INTERVAL_MS);
      await eventually('Every peer having the same head of each channel', async () => {
        const heads = new Set((await heights(nodes)).map(({ channel, head }) => `${channel} ${head}`));
        return heads.size === orderers.plan.channels.length || undefined;
      });
    });
  },
);

/** Undefined where the API refuses: the caller asks again. */
async function unlessRefused(ask: () => Promise<void>): Promise<true | undefined> {
  try {
    await ask();
    return true;
  } catch {
    return undefined;
  }
}
