import { spawn, type ChildProcess } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrolmentsOf, newState } from '@careledger/network-admin';
import { loadNetworkDefinition, planNetwork, PORT_OFFSETS } from '@careledger/network-definition';
import { stringify } from 'yaml';
import { rotate } from '../operations/rotate.js';
import { TestClient } from '../../testing/client.js';
import { temporaryFolder, TEST_CHAINCODE_HOST } from '../../testing/fabric.js';
import { findFabricBinaries, findProgram } from './binaries.js';
import { NativeNetwork } from './native-network.js';

const TEST_TIMEOUT_MS = 120_000;
const START_TIMEOUT_MS = 20_000;
const POLL_MS = 100;
/** The server's, and after it that of its operations: below those of the network. */
const SERVER_PORT = 17_000 + PORT_OFFSETS.runnerFabricCa;
/** Whose authorities are the server's. */
const MSP_ID = 'CloudBMSP';

const program = (await findFabricBinaries()) && (await findProgram('fabric-ca-server'));
if (!program)
  process.stderr.write('SKIPPED: no Fabric CA here ("fabric-ca-server" beside Fabric or on the PATH)\n');

(program ? describe : describe.skip)('an organisation whose authority is a Fabric CA server', () => {
  const root = temporaryFolder('fabric-ca');
  const home = join(root, 'server');
  const definitionPath = join(root, 'network.yaml');
  const secretsFile = join(root, 'secrets.json');
  const network = new NativeNetwork({
    root: join(root, 'network'),
    chaincode: { command: process.execPath, args: [TEST_CHAINCODE_HOST] },
    definitionPath,
  });
  let server: ChildProcess;

  beforeAll(async () => {
    const shipped = loadNetworkDefinition();
    const state = newState('small', 'native', PORT_OFFSETS.runnerFabricCa);
    const plan = planNetwork(shipped, { profile: state.profile, runner: 'native' });
    const organization = plan.organizations.find(({ mspId }) => mspId === MSP_ID);
    if (!organization) throw new Error(`${MSP_ID} is not in the small profile`);
    const enrolments = enrolmentsOf(plan, organization).map((enrolment, n) => ({
      ...enrolment,
      secret: `secret-${n}`,
    }));
    const [port, operationsPort] = [SERVER_PORT, SERVER_PORT + 1];
    await mkdir(home, { recursive: true });
    await writeFile(
      secretsFile,
      JSON.stringify(Object.fromEntries(enrolments.map(({ id, secret }) => [id, secret]))),
    );
    await writeFile(
      join(home, 'fabric-ca-server-config.yaml'),
      stringify({
        address: '127.0.0.1',
        port,
        operations: { listenAddress: `127.0.0.1:${operationsPort}` },
        tls: { enabled: true },
        // As `fabric-ca-server init` writes them.
        signing: {
          default: { usage: ['digital signature'], expiry: '8760h' },
          profiles: {
            tls: {
              usage: ['signing', 'key encipherment', 'server auth', 'client auth', 'key agreement'],
              expiry: '8760h',
            },
          },
        },
        csr: { cn: 'ca.cloud-b', hosts: ['127.0.0.1'] },
        registry: {
          maxenrollments: -1,
          identities: enrolments.map(({ id, role, secret }) => ({ name: id, type: role, pass: secret })),
        },
      }),
    );
    const fabricCa = {
      url: `https://127.0.0.1:${port}`,
      tlsRootFile: 'server/ca-cert.pem',
      secretsFile: 'secrets.json',
    };
    const organizations = shipped.organizations.map((one) =>
      one.mspId === MSP_ID ? { ...one, fabricCa } : one,
    );
    await writeFile(definitionPath, stringify({ ...shipped, organizations }));
    server = spawn(program ?? '', ['start', '--home', home], { stdio: 'ignore' });
    await listening(port);
  }, TEST_TIMEOUT_MS);

  afterAll(async () => {
    await network.destroy();
    server.kill();
    await rm(root, { recursive: true, force: true });
  }, TEST_TIMEOUT_MS);

  /** With an endorsement of the organisation's peer, under a certificate that the server issued. */
  const write = async (value: string): Promise<void> => {
    using client = await TestClient.connect(network.layout, { channel: 'cloud', mspId: MSP_ID });
    const endorsingOrganizations = ['PatientsMSP', MSP_ID];
    await client.contract('records').submit('put', { arguments: ['key', value], endorsingOrganizations });
  };

  test(
    'takes part with certificates of the server, whose keys never left this machine',
    async () => {
      await network.up({ profile: 'small', portOffset: PORT_OFFSETS.runnerFabricCa });
      await write('enrolled');
      const ca = new X509Certificate(await readFile(join(home, 'ca-cert.pem')));
      const { cert } = network.layout.nodeIdentity(MSP_ID, 'peer-cloud-b');
      const issued = new X509Certificate(await readFile(cert));
      expect(issued.verify(ca.publicKey)).toBe(true);
      expect(issued.subject).toContain('OU=peer');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'rotates a peer by enrolling it again',
    async () => {
      const { cert } = network.layout.nodeIdentity(MSP_ID, 'peer-cloud-b');
      const before = await readFile(cert, 'utf8');
      await rotate(network, 'peer-cloud-b');
      expect(await readFile(cert, 'utf8')).not.toBe(before);
      await write('rotated');
    },
    TEST_TIMEOUT_MS,
  );

  test(
    'is told what to register where a secret is missing',
    async () => {
      await writeFile(secretsFile, '{}');
      await expect(rotate(network, 'peer-cloud-b')).rejects.toMatchObject({
        code: 'ENROLMENT_FAILED',
        message: expect.stringContaining('--id.type peer') as unknown,
      });
      await write('as before');
    },
    TEST_TIMEOUT_MS,
  );
});

async function listening(port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error(`the Fabric CA server does not listen on ${port}`);
    await delay(POLL_MS);
  }
}

/** A plain connection is enough to tell; the server is TLS. */
async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.destroy()).once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
}
