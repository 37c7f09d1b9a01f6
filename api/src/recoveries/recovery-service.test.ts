import { generateEd25519, toBase64url } from '@careledger/crypto';
import { STATEMENTS, type RecoveryState } from '@careledger/contracts';
import { LedgerError } from '@careledger/ledger';
import { makeStatement, readStatement } from '@careledger/statements';
import { beforeEach, expect, test } from '@jest/globals';
import { fakeChannel, type Answers } from '../../testing/fake-channel.js';
import { TEST_NETWORK, testPatient } from '../../testing/test-patient.js';
import { Issuer } from '../issuer.js';
import { RecoveryService } from './recovery-service.js';
import type { VouchBody } from './schemas.js';

const patient = testPatient();
const { signer: next } = generateEd25519();
const recoveryId = `${'r'.repeat(21)}A`;
const offer: VouchBody = {
  ...{ patientId: patient.patientId, reason: 'lost', newKey: toBase64url(next.publicKey) },
  newKeyProof: makeStatement(
    {
      ...{ typ: STATEMENTS.keyProof.typ, iss: patient.patientId, aud: TEST_NETWORK, channels: ['cloud'] },
      body: { subject: patient.patientId, key: toBase64url(next.publicKey) },
    },
    next,
  ),
};

/** What was submitted where. */
let submitted: [channel: string, statement: string][];
let isAway: boolean;
let service: RecoveryService;
const channelOf = (name: 'authorities' | 'cloud') => {
  const vouch: Answers[string] = (args, _peer, call) => {
    if (isAway && name === 'authorities') throw new LedgerError('UNAVAILABLE', 'no connection');
    const transactionId = (name === 'cloud' ? 'c' : 'a').repeat(64);
    const { statement } = args as { statement: string };
    const isThere = submitted.some(([channel, earlier]) => channel === name && earlier === statement);
    if (call === 'submit') submitted.push([name, statement]);
    return {
      result: { sid: null, code: 'OK', txId: isThere ? 'e'.repeat(64) : transactionId },
      transactionId,
    };
  };
  const list = () => ({ recoveries: name === 'cloud' ? [{ recoveryId } as RecoveryState] : [] });
  return fakeChannel(name, { VouchForKey: vouch, ListRecoveries: list });
};
beforeEach(() => {
  [submitted, isAway] = [[], false];
  service = new RecoveryService({
    issuer: new Issuer('aut_hospital', TEST_NETWORK, generateEd25519().signer),
    channels: { authorities: channelOf('authorities'), cloud: channelOf('cloud') },
    cloudMspIds: [],
    logger: { warn: () => undefined },
  });
});
const send = (statement: string) => service.send(statement, () => undefined);

test('the authority’s word for a new key goes to both channels as it was signed, and names the recovery', async () => {
  const statement = service.vouch(offer);
  const { sid, iss, body } = readStatement(statement).payload;
  expect([iss, body]).toEqual(['aut_hospital', offer]);
  expect(await send(statement)).toEqual({
    ...{ recoveryId: sid, cloud: 'c'.repeat(64), authorities: 'a'.repeat(64) },
  });
  expect(submitted.map(([channel]) => channel).sort()).toEqual(['authorities', 'cloud']);
  expect(new Set(submitted.map(([, sent]) => sent))).toEqual(new Set([statement]));
});

test('a word that confirms names the recovery that another has opened', async () => {
  expect(await send(service.vouch({ ...offer, confirms: recoveryId }))).toMatchObject({ recoveryId });
});

test('while one channel is away it is not over; sent again, the other one gets nothing more', async () => {
  const statement = service.vouch(offer);
  isAway = true;
  await expect(send(statement)).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  isAway = false;
  expect(await send(statement)).toMatchObject({ cloud: 'e'.repeat(64), authorities: 'a'.repeat(64) });
  expect(submitted.map(([channel]) => channel).sort()).toEqual(['authorities', 'cloud']);
});

test('recoveries are listed as each channel has them', async () => {
  expect(await service.list(patient.patientId)).toEqual({ authorities: [], cloud: [{ recoveryId }] });
});
