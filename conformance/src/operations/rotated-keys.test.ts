import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { STATEMENTS, accessControl, records } from '@careledger/contracts';
import { toBase64url, type Signer } from '@careledger/crypto';
import { openKeyStore, type KeyStore } from '@careledger/crypto/key-store';
import { PATIENTS_MSP } from '@careledger/domain';
import {
  MemoryCheckpoints,
  MemoryJournal,
  attestTransaction,
  connectLedger,
  loadConnection,
  type Ledger,
} from '@careledger/ledger';
import { makeStatement } from '@careledger/statements';
import { localConfig, registerOrganisation, servicePlan } from '@careledger/supervisor';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { call } from '../fixtures/services/api-client.js';
import { labBundle, periodicRecord } from '../fixtures/services/bundles.js';
import { announced, granted } from '../fixtures/services/granted.js';
import { LayersFixture } from '../fixtures/services/layers-fixture.js';
import type { StoredHomeRecord, TestHome } from '../fixtures/services/test-home.js';

const run = promisify(execFile);
const LAUNCHERS = {
  hospital: '../../../api/bin/careledger-api.js',
  'cloud-a': '../../../cloud-service/bin/careledger-cloud.js',
  gateway: '../../../gateway-service/bin/careledger-gateway.js',
} as const;
const MSPS = { hospital: 'HospitalMSP', 'cloud-a': 'CloudAMSP', gateway: PATIENTS_MSP } as const;
type Service = keyof typeof LAUNCHERS;

let fixture: LayersFixture;
beforeAll(async () => {
  fixture = await LayersFixture.start();
}, 180_000);
afterAll(() => fixture[Symbol.asyncDispose]());

const configFile = (service: Service): string => join(fixture.dir, 'config', `${service}.json`);

/** The service's own program, as its operator runs it who is the organisation's admin. */
async function command(service: Service, ...args: readonly string[]): Promise<Record<string, unknown>> {
  const { certificateFile, privateKeyFile } = fixture.network.identity(MSPS[service], 'admin');
  const launcher = fileURLToPath(new URL(LAUNCHERS[service], import.meta.url));
  const admin = ['--admin-cert', certificateFile, '--admin-key', privateKeyFile];
  const [name = '', ...rest] = args;
  const { stdout } = await run(process.execPath, [
    ...[launcher, name, '--config', configFile(service)],
    ...admin,
    ...rest,
  ]);
  return JSON.parse(stdout) as Record<string, unknown>;
}
const refusalOf = (done: Promise<unknown>): Promise<string> =>
  done.then(
    () => 'not refused',
    (error: { stderr: string }) => error.stderr,
  );

/** The keys that the service has now: what a thief would copy. */
async function stolen(service: Service): Promise<KeyStore> {
  const { dataDir, keyPassphrase } = JSON.parse(readFileSync(configFile(service), 'utf8')) as {
    dataDir: string;
    keyPassphrase: string;
  };
  const path = join(fixture.dir, `${service}-stolen.json`);
  copyFileSync(join(dataDir, 'keys.json'), path);
  return openKeyStore({ path, unlock: { passphrase: keyPassphrase } });
}

/** Stops the service, rotates these keys of it, and starts it again. */
async function rotate(service: Service, ...uses: readonly string[]): Promise<void> {
  const child = fixture.processes.child(service);
  await child.stop();
  for (const use of uses)
    expect(await command(service, 'rotate-key', '--use', use)).toMatchObject({
      use,
      newKey: expect.any(String),
    });
  await child.start();
}

/** A client of an organisation, as a thief with its certificate has one. */
function ledgerOf(service: Service, identity: 'user' | 'admin' = 'user'): Ledger {
  const { certificateFile, privateKeyFile } = fixture.network.identity(MSPS[service], identity);
  return connectLedger({
    connection: loadConnection(fixture.network.connectionFile),
    mspId: MSPS[service],
    certificatePem: readFileSync(certificateFile, 'utf8'),
    privateKeyPem: readFileSync(privateKeyFile, 'utf8'),
    journal: new MemoryJournal(),
    checkpoints: new MemoryCheckpoints(),
  });
}

const opened = async (home: TestHome, { recordId }: Pick<StoredHomeRecord, 'recordId'>): Promise<number> =>
  (await call(fixture.authority(), 'practitioner', `GET /v1/records/${recordId}?patientId=${home.patientId}`))
    .status;
const written = async (home: TestHome, value: number): Promise<{ recordId: string }> => {
  const body = { patientId: home.patientId, bundle: labBundle(home.patientId, value, `document-${value}`) };
  const answer = await call(fixture.authority(), 'practitioner', 'POST /v1/records', body);
  expect(answer.status).toBe(201);
  return { recordId: String(answer.body['recordId']) };
};

describe('an authority', () => {
  test('has other keys after `rotate-key`: what was signed and sealed before still opens, the former keys do nothing more', async () => {
    const home = await fixture.home();
    await granted(fixture, home, { permissions: ['read', 'write'] });
    const bundle = periodicRecord(home.patientId, 123);
    const before = await home.store(fixture.provider(), { bundle, readers: ['aut_hospital'] });
    await before.announce();
    const own = await written(home, 5);
    expect([await opened(home, before), await opened(home, own)]).toEqual([200, 200]);
    const { body: former } = await call(fixture.authority(), 'ops', 'GET /v1/keys');
    await using thief = await stolen('hospital');

    expect(await refusalOf(command('hospital', 'rotate-key', '--use', 'signing'))).toContain(
      'DATABASE_IN_USE',
    );
    await rotate('hospital', 'signing', 'encryption', 'break-glass');
    const { body: keys } = await call(fixture.authority(), 'ops', 'GET /v1/keys');
    expect(keys).toMatchObject({ ledger: 'same' });
    expect([keys['signingKey'], keys['encryptionKey']]).not.toEqual([
      former['signingKey'],
      former['encryptionKey'],
    ]);
    // What was sealed to the former key and signed with it.
    expect([await opened(home, before), await opened(home, own)]).toEqual([200, 200]);
    const after = await home.store(fixture.provider(), { bundle, readers: ['aut_hospital'] });
    await after.announce();
    expect([await opened(home, after), await opened(home, await written(home, 6))]).toEqual([200, 200]);

    using ledger = ledgerOf('hospital');
    const asked = ledger.channel('authorities').submit(accessControl, 'RequestSubscription', {
      statement: subscriptionBy(thief.signer('authority/signing'), home.patientId),
    });
    await expect(asked).rejects.toMatchObject({ chaincodeCode: 'STATEMENT_KEY_UNKNOWN' });
    // Registering again is what every deployment does at its start.
    expect(await command('hospital', 'register')).toMatchObject({ id: 'aut_hospital' });
  }, 300_000);

  test('attests with another key: the former one attests nothing more, and what it attested stands', async () => {
    const home = await fixture.home();
    const announcedTxId = await announcementOf(home, await announced(fixture, home));
    const body = { channel: 'authorities', txId: announcedTxId };
    expect((await call(fixture.authority(), 'ops', 'POST /v1/attestations', body)).status).toBe(200);
    await using thief = await stolen('hospital');
    await rotate('hospital', 'attestor');
    expect((await call(fixture.authority(), 'ops', 'POST /v1/attestations', body)).status).toBe(200);
    const laterTxId = await announcementOf(home, await announced(fixture, home));
    using ledger = ledgerOf('hospital');
    const attestor = {
      ...{ networkId: fixture.network.networkId, mspId: MSPS.hospital },
      signer: thief.signer('authority/attestor'),
    };
    await expect(attestTransaction(ledger.channel('authorities'), laterTxId, attestor)).rejects.toMatchObject(
      { chaincodeCode: 'ATTESTOR_UNKNOWN' },
    );
    const { attestations } = await ledger
      .channel('authorities')
      .evaluate(records, 'GetAttestations', { channel: 'authorities', txId: announcedTxId });
    expect(attestations.length).toBeGreaterThan(0);
    const { attestors } = await ledger
      .channel('authorities')
      .evaluate(accessControl, 'ListAttestors', { mspId: MSPS.hospital });
    expect(attestors.map(({ withdrawnAt }) => withdrawnAt !== undefined).sort()).toEqual([false, true]);
  }, 300_000);

  test('withdraws an attestor’s key that is lost, while it runs; an unknown one is said to be so', async () => {
    using ledger = ledgerOf('hospital');
    const list = async () =>
      (await ledger.channel('authorities').evaluate(accessControl, 'ListAttestors', { mspId: MSPS.hospital }))
        .attestors;
    const key = (await list()).find(({ withdrawnAt }) => withdrawnAt === undefined)?.key ?? '';
    const first = await command('hospital', 'withdraw-attestor', '--key', key);
    expect(await command('hospital', 'withdraw-attestor', '--key', key)).toEqual(first);
    expect((await list()).every(({ withdrawnAt }) => withdrawnAt !== undefined)).toBe(true);
    const nobodys = toBase64url(new Uint8Array(32).fill(7));
    expect(await refusalOf(command('hospital', 'withdraw-attestor', '--key', nobodys))).toContain(
      'ATTESTOR_UNKNOWN',
    );
  }, 120_000);
});

test('a gateway attests with another key after `rotate-key`', async () => {
  const { network, dir, services, patientsLedger: ledger } = fixture;
  const service = services.find(({ program }) => program === 'gateway');
  if (service === undefined) throw new RangeError('There is no gateway');
  const plan = servicePlan(service, { ...localConfig(service, { network, dir, services }) });
  await registerOrganisation(
    { ...plan, name: 'gateway' },
    join(dir, 'config'),
    network.identity(PATIENTS_MSP, 'admin'),
  );
  await using thief = await stolen('gateway');
  const { newKey } = await command('gateway', 'rotate-key', '--use', 'attestor');
  const home = await fixture.home();
  const txId = await announcementOf(home, await announced(fixture, home));
  const attestor = { networkId: network.networkId, mspId: PATIENTS_MSP };
  const attest = (signer: Signer) =>
    attestTransaction(ledger.channel('authorities'), txId, { ...attestor, signer });
  await expect(attest(thief.signer('gateway/attestor'))).rejects.toMatchObject({
    chaincodeCode: 'ATTESTOR_UNKNOWN',
  });
  await using own = await stolen('gateway');
  expect(toBase64url(own.signer('gateway/attestor').publicKey)).toBe(newKey);
  await attest(own.signer('gateway/attestor'));
}, 120_000);

describe('a provider', () => {
  test('has other keys after `rotate-key`: it takes and releases records, and its former key signs no rotation', async () => {
    const home = await fixture.home();
    await granted(fixture, home);
    const bundle = periodicRecord(home.patientId, 111);
    const before = await home.store(fixture.provider(), { bundle, readers: ['aut_hospital'] });
    await before.announce();
    expect(await opened(home, before)).toBe(200);
    await using thief = await stolen('cloud-a');
    await rotate('cloud-a', 'signing', 'encryption');
    expect(await opened(home, before)).toBe(200);
    const after = await home.store(fixture.provider(), { bundle, readers: ['aut_hospital'] });
    await after.announce();
    expect(await opened(home, after)).toBe(200);
    const newKey = toBase64url(new Uint8Array(32).fill(9));
    const statement = makeStatement(
      {
        ...{
          typ: STATEMENTS.rotateOrganisationKey.typ,
          iss: fixture.provider().providerId,
          aud: fixture.network.networkId,
        },
        ...{ channels: ['cloud'], body: { use: 'encryption', newKey } },
      },
      thief.signer('provider/signing'),
    );
    using admin = ledgerOf('cloud-a', 'admin');
    await expect(
      admin.channel('cloud').submit(accessControl, 'RotateOrganisationKey', { statement }),
    ).rejects.toMatchObject({ chaincodeCode: 'STATEMENT_KEY_UNKNOWN' });
    expect(await command('cloud-a', 'register')).toMatchObject({ id: fixture.provider().providerId });
  }, 300_000);
});

function subscriptionBy(signer: Signer, patientId: string): string {
  return makeStatement(
    {
      ...{ typ: STATEMENTS.requestSubscription.typ, iss: 'aut_hospital', aud: fixture.network.networkId },
      ...{ channels: ['authorities'], body: { patientId, permissions: ['read'], purposes: ['TREAT'] } },
    },
    signer,
  );
}

async function announcementOf(home: TestHome, { recordId }: StoredHomeRecord): Promise<string> {
  const { txId } = await home.ledger
    .channel('authorities')
    .evaluate(records, 'GetAnnouncement', { patientId: home.patientId, recordId, version: 1 });
  return txId;
}
