import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, setDefaultCACertificates } from 'node:tls';
import { Authority, Gateway } from '@careledger/client';
import { PORT_OFFSETS } from '@careledger/network-definition';
import { findFabricBinaries } from '@careledger/network-runners';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Home } from '../fixtures/deployments/home.js';
import { NativeDeployment } from '../fixtures/deployments/native-deployment.js';

const TIMEOUT_MS = 120_000;
/** Three windows of an hour. */
const FRAMES = 180;

const binaries = await findFabricBinaries();
if (binaries === undefined)
  console.warn('SKIPPED: services on real Fabric need peer and orderer on PATH or in FABRIC_BIN');

// The tests build on one another: one deployment lives through all that may happen to it.
(binaries === undefined ? describe.skip : describe)('services beside a network on real Fabric', () => {
  // Made when something is put in it: a skipped test leaves none.
  const deployment = new NativeDeployment(join(tmpdir(), `careledger-services-${randomUUID()}`));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(deployment.dir, { recursive: true, force: true }));
  let hospital: Authority;
  let home: Home;

  beforeAll(async () => {
    stack.defer(() => deployment.destroy());
    await deployment.start(PORT_OFFSETS.services);
    const ca = await deployment.trust();
    setDefaultCACertificates([ca]);
    hospital = new Authority(await deployment.connection('api-hospital', 'practitioner'));
    const ops = new Gateway(await deployment.connection('gateway', 'ops'));
    home = stack.use(await Home.enrol(ops, hospital, ca));
    for (let i = 0; i < FRAMES; i++) await home.send();
    await home.flush();
  }, TIMEOUT_MS);

  afterAll(() => stack.disposeAsync(), TIMEOUT_MS);

  const anyRecord = async (): Promise<string> => (await home.versions())[0]?.recordId ?? '';
  const open = async (at: Authority): Promise<number> => home.openAt(at, await anyRecord());

  test(
    'a second up starts nothing again',
    async () => {
      const before = await deployment.processes();
      await deployment.up();
      expect(await deployment.processes()).toEqual(before);
      expect([...before.keys()]).toEqual(
        expect.arrayContaining(['gateway', 'api-hospital', 'cloud-a', 'cloud-b', 'identity-hospital']),
      );
    },
    TIMEOUT_MS,
  );

  test(
    'people sign in at the provider that runs beside their api, after it was killed too',
    async () => {
      const { url } = await deployment.connection('api-hospital', 'practitioner');
      const jsonAt = async (address: string): Promise<Readonly<Record<string, unknown>>> =>
        (await fetch(address)).json() as Promise<Readonly<Record<string, unknown>>>;
      const signIn = async () => {
        const { issuer, token_endpoint } = await jsonAt(`${url}/fhir/.well-known/smart-configuration`);
        expect(await jsonAt(`${String(issuer)}/.well-known/openid-configuration`)).toMatchObject({
          issuer,
          token_endpoint,
        });
        return issuer;
      };
      const issuer = await signIn();
      process.kill((await deployment.processes()).get('identity-hospital') ?? 0, 'SIGKILL');
      expect(await deployment.findings()).toEqual([
        {
          problem: 'identity-hospital does not run',
          fix: expect.stringMatching(/^careledger-native up /),
        },
      ]);
      await deployment.up();
      expect([await deployment.findings(), await signIn()]).toEqual([[], issuer]);
    },
    TIMEOUT_MS,
  );

  test(
    'one that was killed, one that hangs: the doctor names them, and the command that it names fixes it',
    async () => {
      const before = await deployment.processes();
      const pidOf = (name: string): number => before.get(name) ?? 0;
      const fix = expect.stringMatching(/^careledger-native up /);
      process.kill(pidOf('cloud-a'), 'SIGSTOP');
      expect(await deployment.findings()).toEqual([
        { problem: expect.stringMatching(/^cloud-a is not ready: no answer/), fix },
      ]);
      process.kill(pidOf('api-hospital'), 'SIGKILL');
      expect(await deployment.findings()).toEqual([{ problem: 'api-hospital does not run', fix }]);

      await deployment.up();
      expect(await deployment.findings()).toEqual([]);
      expect(await open(hospital)).toBeGreaterThan(0);
      const after = await deployment.processes();
      before.delete('api-hospital');
      after.delete('api-hospital');
      expect(after).toEqual(before);
    },
    TIMEOUT_MS,
  );

  test(
    'a service gets a new certificate: it alone starts again, and serves it',
    async () => {
      const { url } = await deployment.connection('cloud-a', 'ops');
      const before = await deployment.processes();
      const old = await servedBy(url);
      await deployment.rotate('cloud-a');
      expect(await servedBy(url)).not.toBe(old);
      const after = await deployment.processes();
      expect([...after].filter(([name, pid]) => before.get(name) !== pid).map(([name]) => name)).toEqual([
        'cloud-a',
      ]);
      expect(await open(hospital)).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  test(
    'Pharmacy joins while data is there: its api is registered, subscribes, and opens a record',
    async () => {
      const nodes = nodesOf(await deployment.processes());
      await deployment.addOrganization('PharmacyMSP');
      expect(nodesOf(await deployment.processes())).toEqual(expect.arrayContaining(nodes));
      setDefaultCACertificates([await deployment.trust()]);
      const pharmacy = new Authority(await deployment.connection('api-pharmacy', 'practitioner'));
      await home.lets(pharmacy, await deployment.trust());
      for (let i = 0; i < FRAMES; i++) await home.send();
      await home.flush();
      expect(await open(pharmacy)).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  test(
    'Pharmacy leaves: its api ends, its tokens open nothing, the others go on',
    async () => {
      await deployment.removeOrganization('PharmacyMSP');
      expect([...(await deployment.processes()).keys()]).not.toContain('api-pharmacy');
      await expect(deployment.connection('api-pharmacy', 'practitioner')).rejects.toThrow('UNKNOWN_NAME');
      expect(await deployment.findings()).toEqual([]);
      await home.send();
      expect(await open(hospital)).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );
});

/** Fabric's own processes and chaincode hosts, with their process IDs. */
function nodesOf(processes: ReadonlyMap<string, number | undefined>): [string, number | undefined][] {
  return [...processes].filter(([name]) => /^(peer|orderer|chaincode)-/.test(name));
}

/** Fingerprint of the certificate that a server shows. */
async function servedBy(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
