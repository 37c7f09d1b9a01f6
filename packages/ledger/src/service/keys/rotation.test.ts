import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toBase64url } from '@careledger/crypto';
import { openOrCreateKeyStore, type KeyStore } from '@careledger/crypto/key-store';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readStatement } from '@careledger/statements';
import { LedgerError } from '../../error.js';
import type { Ledger } from '../../ledger.js';
import { registerOnce } from './register-once.js';
import { rotateAttestor } from './rotate-attestor.js';
import { rotateOrganisationKey, type OrganisationKey } from './rotate-organisation-key.js';

const SIGNING = 'test/signing';
const SEALING = 'test/encryption';

let folder: string;
let keys: KeyStore;
/** What came to the ledger: channel, function and arguments. */
let came: [string, string, Record<string, string>][];
/** A channel that is away. */
let away: string | undefined;
beforeEach(async () => {
  [came, away] = [[], undefined];
  folder = await mkdtemp(join(tmpdir(), 'careledger-rotation-'));
  keys = await open();
  await keys.generate({ name: SIGNING, type: 'ed25519' }, { name: SEALING, type: 'x25519' });
});
afterEach(async () => {
  await keys.close();
  await rm(folder, { recursive: true });
});

const open = (): Promise<KeyStore> =>
  openOrCreateKeyStore({
    ...{ path: join(folder, 'keys.json'), unlock: { passphrase: 'a passphrase for tests' }, scryptLogN: 10 },
  });
const ledger = {
  channel: (name: string) => ({
    submit: async (_contract: unknown, transaction: string, args: Record<string, string>) => {
      if (away === name) throw new LedgerError('UNAVAILABLE', 'no connection');
      refuseAsTheLedger(name, args['statement']);
      came.push([name, transaction, args]);
      return { result: { txId: `${name}-tx`, withdrawnAt: '2026-01-01T00:00:00.000Z' } };
    },
  }),
} as unknown as Ledger;
/** A statement id counts for one statement, and a key takes its place once. */
function refuseAsTheLedger(channel: string, statement = ''): void {
  if (statement === '') return;
  const { sid, body } = readStatement(statement).payload;
  const earlier = came.flatMap(([name, , args]) => (name === channel ? [args['statement'] ?? ''] : []));
  for (const other of earlier.filter((token) => token !== '' && token !== statement)) {
    const { payload } = readStatement(other);
    const chaincodeCode =
      payload.sid === sid
        ? 'STATEMENT_ID_REUSED'
        : payload.body['newKey'] === body['newKey']
          ? 'KEY_UNCHANGED'
          : undefined;
    if (chaincodeCode !== undefined) throw new LedgerError('CHAINCODE_REFUSED', 'no', { chaincodeCode });
  }
}
const key = (use: OrganisationKey['use']): OrganisationKey => ({
  ...{ issuer: 'aut_test', networkId: 'devnet', use, channels: ['authorities', 'cloud'] },
  ...{ name: use === 'signing' ? SIGNING : SEALING, signingName: SIGNING },
});
const signing = (): string => toBase64url(keys.signer(SIGNING).publicKey);

test('a rotation that was interrupted between two channels goes on with the same key and the same bytes', async () => {
  const former = signing();
  away = 'cloud';
  await expect(rotateOrganisationKey(ledger, keys, key('signing'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
  // Killed here: the service would start with the former key, which the ledger no longer takes everywhere.
  await keys.close();
  keys = await open();
  expect(signing()).toBe(former);
  away = undefined;
  const { newKey, txIds } = await rotateOrganisationKey(ledger, keys, key('signing'));
  expect(txIds).toEqual({ authorities: 'authorities-tx', cloud: 'cloud-tx' });
  expect(came.map(([channel]) => channel)).toEqual(['authorities', 'authorities', 'cloud']);
  expect(new Set(came.map(([, , { statement }]) => statement)).size).toBe(1);
  expect(signing()).toBe(newKey);
});

test('an encryption key that one channel has is put on the other after the signing key was rotated in between', async () => {
  away = 'cloud';
  await expect(rotateOrganisationKey(ledger, keys, key('encryption'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
  });
  away = undefined;
  await rotateOrganisationKey(ledger, keys, key('signing'));
  const { newKey, txIds } = await rotateOrganisationKey(ledger, keys, key('encryption'));
  expect(txIds).toEqual({ cloud: 'cloud-tx' });
  expect(toBase64url(keys.x25519(SEALING).publicKey)).toBe(newKey);
});

test('what is sealed to a former encryption key still opens with the store', async () => {
  const former = keys.x25519(SEALING).publicKey;
  const { newKey } = await rotateOrganisationKey(ledger, keys, key('encryption'));
  const all = keys.x25519Generations(SEALING).map(({ publicKey }) => toBase64url(publicKey));
  expect(all).toEqual([newKey, toBase64url(former)]);
});

test('an attestor’s new key is registered before the former one is withdrawn', async () => {
  const former = signing();
  away = 'cloud';
  const attestor = { networkId: 'devnet', mspId: 'TestMSP', name: SIGNING };
  await expect(rotateAttestor(ledger, keys, attestor)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(came.map(([, name]) => name)).toEqual(['RegisterAttestor']);
  away = undefined;
  const { newKey } = await rotateAttestor(ledger, keys, attestor);
  expect(came.slice(1).map(([channel, name]) => `${name} ${channel}`)).toEqual([
    'RegisterAttestor authorities',
    'RegisterAttestor cloud',
    'WithdrawAttestor authorities',
    'WithdrawAttestor cloud',
  ]);
  expect(came.at(-1)?.[2]).toEqual({ mspId: 'TestMSP', key: former });
  expect(signing()).toBe(newKey);
});

test('an organisation that has rotated its keys is registered; one with other keys than the ledger has is not', async () => {
  const exists = new LedgerError('CHAINCODE_REFUSED', 'no', { chaincodeCode: 'AUTHORITY_EXISTS' });
  const from = '2026-01-01T00:00:00.000Z';
  const registered = async () => ({
    signingKeys: [
      { key: 'former', from, until: from },
      { key: 'now', from },
    ],
    encryptionKeys: [{ key: 'sealing', from }],
  });
  const register = async (): Promise<string> => {
    throw exists;
  };
  const own = { signingKey: 'now', encryptionKey: 'sealing' };
  expect(await registerOnce(own, async () => 'tx', registered)).toBe('tx');
  expect(await registerOnce(own, register, registered)).toBeUndefined();
  for (const other of [
    { ...own, signingKey: 'former' },
    { ...own, encryptionKey: 'other' },
  ])
    await expect(registerOnce(other, register, registered)).rejects.toBe(exists);
});
