import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, setDefaultCACertificates } from 'node:tls';
import { Authority, Gateway, isProblem } from '@careledger/client';
import { eventually } from '@careledger/examples';
import { NetworkConnections, queryCommitted } from '@careledger/network-admin';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { NativeNetwork, chaincodeHostCommand, findFabricBinaries } from '@careledger/network-runners';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SteadyClient } from '../fixtures/deployments/steady-client.js';
import { Home } from '../fixtures/deployments/home.js';
import { Makefile, type Made } from '../fixtures/deployments/makefile.js';
import { NativeDeployment } from '../fixtures/deployments/native-deployment.js';
import { SteadyDevice } from '../fixtures/deployments/steady-device.js';

const TIMEOUT_MS = 240_000;
/** Two hours of readings: records are there before anything is changed. */
const FRAMES_BEFORE = 120;
const CALL_INTERVAL_MS = 1_000;
/** What a client may see for a moment of a service, or of a peer or chaincode behind it, that is started again. */
const RESTARTING = ['NOBODY_ANSWERS', 'PROVIDER_UNREACHABLE', 'LEDGER_UNAVAILABLE'];

const binaries = await findFabricBinaries();
if (binaries === undefined)
  process.stderr.write('SKIPPED: operations on real Fabric need peer and orderer on PATH or in FABRIC_BIN\n');

// The tests build on one another: one network, changed step by step.
(binaries === undefined ? describe.skip : describe)(
  'a network with data on it, changed by the Makefile while a device sends,',
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'careledger-live-'));
    const networkDir = join(dir, 'network');
    const makefile = new Makefile(networkDir, PORT_OFFSETS.operations);
    const deployment = new NativeDeployment(networkDir);
    const lines: string[] = [];
    let home: Home;
    let device: SteadyDevice;
    let hospital: Authority;
    let oldRecord: string;
    let opening: SteadyClient;

    beforeAll(async () => {
      expectMade(await makefile.make('up-native', { PROFILE: 'small', SERVICES: 'yes' }), /hospital/);
      const ca = await deployment.trust();
      setDefaultCACertificates([ca]);
      hospital = new Authority(await deployment.connection('api-hospital', 'practitioner'));
      const ops = new Gateway(await deployment.connection('gateway', 'ops'));
      home = await Home.enrol(ops, hospital, ca);
      for (let i = 0; i < FRAMES_BEFORE; i++) await home.send();
      await home.flush();
      oldRecord = (await home.versions()).at(-1)?.recordId ?? '';
      await opened(hospital, oldRecord);
      device = new SteadyDevice(home);
      opening = new SteadyClient(CALL_INTERVAL_MS, () => home.openAt(hospital, oldRecord));
    }, TIMEOUT_MS);

    afterAll(async () => {
      process.stderr.write(`\n${lines.join('\n')}\n`);
      await opening?.[Symbol.asyncDispose]();
      await device?.[Symbol.asyncDispose]();
      await home?.[Symbol.asyncDispose]();
      await deployment.destroy();
      rmSync(dir, { recursive: true, force: true });
    }, TIMEOUT_MS);

    /** A record reaches each organisation's peer in its own time. */
    const opened = (authority: Authority, recordId: string) =>
      eventually(`${recordId} being opened`, async () => {
        try {
          return await home.openAt(authority, recordId);
        } catch (error) {
          if (isProblem(error)) return undefined;
          throw error;
        }
      });

    /** Makes a record of what was sent since the last one. */
    async function newRecord(): Promise<string> {
      const known = new Set((await home.versions()).map(({ recordId }) => recordId));
      return eventually('a new record', async () => {
        await home.flush();
        return (await home.versions()).find(({ recordId }) => !known.has(recordId))?.recordId;
      });
    }

    /** Every peer has every channel of its own at the same height and head; who has them. */
    async function level(): Promise<string[]> {
      const ledgers = await eventually('the ledgers being level', async () => {
        const { ledgers } = await deployment.ledgers();
        const heads = new Set(ledgers.map(({ channel, height, head }) => `${channel} ${height} ${head}`));
        const channels = new Set(ledgers.map(({ channel }) => channel));
        return heads.size === channels.size ? ledgers : undefined;
      });
      return ledgers.map(({ peer, channel }) => `${peer} ${channel}`);
    }

    /** Makes a target while everything goes on, then sees that it did, and that what comes next does. */
    async function change(target: string, variables: Readonly<Record<string, string>> = {}) {
      device.take();
      const before = await deployment.processes();
      const startMs = Date.now();
      const made = await makefile.make(target, variables);
      const tookMs = Date.now() - startMs;
      const after = await deployment.processes();
      const { acknowledged, slowestMs } = device.take();
      const attempts = await opening.startedWithin(startMs, startMs + tookMs);
      const errors = attempts.flatMap(({ error }) => error ?? []);
      const restarted = [...before.keys()].filter((name) => before.get(name) !== after.get(name));
      const command = ['make', target, ...Object.entries(variables).map(([k, v]) => `${k}=${v}`)].join(' ');
      lines.push(
        `${command}: ${(tookMs / 1_000).toFixed(1)} s; ${acknowledged} frames meanwhile, the slowest ${(slowestMs / 1_000).toFixed(1)} s; ` +
          `the hospital opened a record ${attempts.length - errors.length} of ${attempts.length} times${errors.length > 0 ? ` (${errors.join(', ')})` : ''}; ` +
          `started again or ended: ${restarted.join(', ') || 'nothing'}`,
      );
      expect(acknowledged).toBeGreaterThan(0);
      expect(errors.filter((code) => !RESTARTING.includes(code))).toEqual([]);
      if (restarted.length === 0) expect(errors).toEqual([]);
      await opened(hospital, oldRecord);
      await opened(hospital, await newRecord());
      expect(await home.verify()).toMatchObject({ ok: true, missing: 0, gaps: 0, faultCount: 0 });
      return { made, restarted };
    }

    const test_ = (name: string, body: () => Promise<void>) => test(name, body, TIMEOUT_MS);

    test_(
      'gets an organisation more: it has the same ledgers, and reads what is made from now on',
      async () => {
        const { made, restarted } = await change('add-org', { ORG: 'PharmacyMSP' });
        expectMade(made, /PharmacyMSP takes part/);
        expect(restarted.filter(isNode)).toEqual([]);
        expect(await level()).toContain('peer-pharmacy authorities');

        // Its services have a certificate of its own authority.
        setDefaultCACertificates([await deployment.trust()]);
        const pharmacy = new Authority(await deployment.connection('api-pharmacy', 'practitioner'));
        await home.lets(pharmacy, await deployment.trust());
        await opened(pharmacy, await newRecord());
      },
    );

    test_('gets another version of a chaincode', async () => {
      const { made, restarted } = await change('upgrade-chaincode', { NAME: 'records', VERSION: '1.1' });
      expectMade(made, /records 1\.1 runs/);
      expect(restarted.filter((name) => !name.startsWith('chaincode'))).toEqual([]);
      const nodes = new NativeNetwork({ root: networkDir, chaincode: await chaincodeHostCommand() });
      const plan = nodes.plan(await nodes.state());
      using connections = await NetworkConnections.open(plan, nodes.layout);
      for (const { name } of plan.channels) {
        const [peer] = connections.onChannel(plan, name);
        if (peer === undefined) throw new Error(`Nobody is on ${name}.`);
        expect(await queryCommitted(peer, name, 'records')).toMatchObject({ version: '1.1', sequence: 2 });
      }
      await level();
    });

    test_('gets new certificates for a peer', async () => {
      const nodes = new NativeNetwork({ root: networkDir, chaincode: await chaincodeHostCommand() });
      const peer = nodes.plan(await nodes.state()).peers.find(({ id }) => id === 'peer-hospital');
      const port = peer?.port ?? 0;
      const before = await certificateAt(port);
      const { made, restarted } = await change('rotate-certs', { NODE: 'peer-hospital' });
      expectMade(made, /peer-hospital runs with new certificates/);
      expect(restarted).toEqual(['peer-hospital']);
      expect(await certificateAt(port)).not.toBe(before);
      await level();
    });

    test_('says when certificates expire, and that nothing is wrong', async () => {
      const expiry = await change('expiry');
      expectMade(expiry.made, /^\d+ days +\S+/m);
      const doctor = await change('doctor');
      expectMade(doctor.made, /^nothing is wrong$/m);
      expect([...expiry.restarted, ...doctor.restarted]).toEqual([]);
    });

    test_('loses an organisation, when somebody confirms it', async () => {
      const unconfirmed = await makefile.make('remove-org', { ORG: 'PharmacyMSP' });
      expect(unconfirmed.status).not.toBe(0);
      expect((await deployment.processes()).has('peer-pharmacy')).toBe(true);

      const { made, restarted } = await change('remove-org', { ORG: 'PharmacyMSP', CONFIRM: 'yes' });
      expectMade(made, /PharmacyMSP takes no part any more/);
      expect(restarted.filter(isNode).every((name) => name.includes('pharmacy'))).toBe(true);
      expect(await level()).not.toContain('peer-pharmacy authorities');
      expect([...(await deployment.processes()).keys()].filter((name) => name.includes('pharmacy'))).toEqual(
        [],
      );
    });
  },
);

/** A process of Fabric: everything but the services. */
const isNode = (name: string): boolean => /^(orderer|peer|chaincode)/.test(name);

/** It succeeded and says so. */
function expectMade({ status, stdout, stderr }: Made, said: RegExp): void {
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(said);
}

/** Fingerprint of the certificate that a node serves. */
function certificateAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] },
      () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.end();
      },
    );
    socket.on('error', reject);
  });
}
