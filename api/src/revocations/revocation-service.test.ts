import { generateEd25519, nodeVerifier, toBase64url } from '@careledger/crypto';
import { STATEMENTS, type PatientState, type StatementBody, type StatementName } from '@careledger/contracts';
import { CHANNELS, PATIENTS_MSP } from '@careledger/domain';
import { LedgerError } from '@careledger/ledger';
import { makeStatement } from '@careledger/statements';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { fakeChannel, type Answers } from '../../testing/fake-channel.js';
import { TEST_NETWORK, testPatient } from '../../testing/test-patient.js';
import { RevocationService } from './revocation-service.js';

const sid = (letter: string): string => `${letter.repeat(21)}A`;
const patient = testPatient();
/** Which transactions were submitted where, through whose peer. */
let submitted: [channel: string, transaction: string, peer: string | undefined][];
/** What a channel's peer does: its item's code, or an error. */
let answer: (channel: string, peer: string | undefined) => string;
/** Transactions that carried the statement before. */
let earlier: { cloud?: string; authorities?: string };
let reports: [done: number, total: number][];
/** As the own store has the patient. */
let known: PatientState;
let service: RevocationService;

function channelOf(name: 'authorities' | 'cloud') {
  const play =
    (transaction: string): Answers[string] =>
    (_args, peer, call) => {
      const code = answer(name, peer);
      if (call === 'submit') submitted.push([name, transaction, peer]);
      const transactionId = (name === 'cloud' ? 'c' : 'a').repeat(64);
      const item = { sid: null, code, txId: earlier[name] ?? transactionId };
      return { result: transaction === 'Revoke' ? { items: [item] } : item, transactionId };
    };
  const played = [
    ...['Revoke', 'RejectSubscription', 'EndDelegation', 'RotatePatientKey'],
    ...['ObjectToRecovery', 'TakeOver'],
  ];
  return fakeChannel(name, Object.fromEntries(played.map((transaction) => [transaction, play(transaction)])));
}

beforeEach(() => {
  submitted = [];
  [earlier, reports, known] = [{}, [], patient.state];
  answer = () => 'OK';
  service = new RevocationService({
    ...{ networkId: TEST_NETWORK, verifier: nodeVerifier(), logger: { warn: () => undefined } },
    channels: { authorities: channelOf('authorities'), cloud: channelOf('cloud') },
    cloudMspIds: [PATIENTS_MSP, 'CloudAMSP', 'CloudBMSP'],
    registrations: { patient: async () => known, refreshPatient: async () => patient.state },
  });
});

function statement<N extends StatementName>(
  name: N,
  body: StatementBody<N> & object,
  { signer = patient.consent, channels = CHANNELS as readonly string[], iss = patient.patientId } = {},
): string {
  return makeStatement({ typ: STATEMENTS[name].typ, iss, aud: TEST_NETWORK, channels, body }, signer);
}
const revocation = (options: Parameters<typeof statement>[2] = {}) =>
  statement('revoke', { policySeq: 2, grantId: sid('g') }, options);
const relay = (made: string) =>
  service.relay(made, (done, total) => {
    reports.push([done, total]);
  });
const away = (): never => {
  throw new LedgerError('UNAVAILABLE', 'no connection');
};

describe('a patient’s revocation', () => {
  test('is taken to both channels, cloud first, and not by the operator’s peer', async () => {
    expect(await relay(revocation())).toEqual({
      cloud: 'c'.repeat(64),
      authorities: 'a'.repeat(64),
    });
    expect(submitted).toEqual([
      ['cloud', 'Revoke', 'CloudAMSP'],
      ['authorities', 'Revoke', undefined],
    ]);
    expect(reports).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
  });

  test('is sent to no channel that has it, and says so where none was sent anything', async () => {
    earlier = { cloud: 'e'.repeat(64) };
    expect(await relay(revocation())).toEqual({ cloud: 'e'.repeat(64), authorities: 'a'.repeat(64) });
    expect(submitted.map(([channel]) => channel)).toEqual(['authorities']);
    earlier = { cloud: 'e'.repeat(64), authorities: 'f'.repeat(64) };
    expect(await relay(revocation())).toEqual({
      cloud: 'e'.repeat(64),
      authorities: 'f'.repeat(64),
      already: true,
    });
    const veto = statement('rejectSubscription', { subscriptionId: sid('s') });
    expect(await relay(veto)).toEqual({ authorities: 'f'.repeat(64), already: true });
    expect(submitted).toHaveLength(1);
  });

  test('of everything, and a veto, are taken as well', async () => {
    await relay(statement('revokeAll', { policySeq: 3 }));
    await relay(statement('rejectSubscription', { subscriptionId: sid('s') }));
    expect(submitted.map(([channel, transaction]) => [channel, transaction])).toEqual([
      ['cloud', 'Revoke'],
      ['authorities', 'Revoke'],
      ['authorities', 'RejectSubscription'],
    ]);
  });

  test('of somebody’s power to decide for the patient is taken, past a gateway that keeps them in it', async () => {
    await relay(statement('endDelegation', { policySeq: 4, delegationId: sid('d'), endGrants: true }));
    expect(submitted.map(([channel, transaction]) => [channel, transaction])).toEqual([
      ['cloud', 'EndDelegation'],
      ['authorities', 'EndDelegation'],
    ]);
  });

  test('is not held back by a peer that is away or refuses to serve: the next one is asked', async () => {
    answer = (channel, peer) => (channel === 'cloud' && peer !== PATIENTS_MSP ? away() : 'OK');
    await expect(relay(revocation())).resolves.toMatchObject({ cloud: expect.any(String) });
    expect(submitted).toContainEqual(['cloud', 'Revoke', PATIENTS_MSP]);
  });

  test('reaches the channel that answers although the other one does not', async () => {
    answer = (channel) => (channel === 'cloud' ? away() : 'OK');
    await expect(relay(revocation())).rejects.toMatchObject({
      code: 'LEDGER_UNAVAILABLE',
      members: { authorities: 'a'.repeat(64) },
    });
  });

  test('that one channel refuses while the other is away is not over: it may still be taken there', async () => {
    answer = (channel) => (channel === 'cloud' ? 'POLICY_SEQ_REUSED' : away());
    await expect(relay(revocation())).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  });

  test('goes to those channels alone that it names', async () => {
    expect(await relay(revocation({ channels: ['cloud'] }))).toEqual({ cloud: 'c'.repeat(64) });
    const elsewhere = revocation({ channels: ['elsewhere'] });
    await expect(service.check(elsewhere)).rejects.toMatchObject({ code: 'STATEMENT_CHANNEL_MISMATCH' });
  });

  test('by a key that this authority has not heard of yet is looked up on the ledger', async () => {
    known = testPatient().state;
    await expect(service.check(revocation())).resolves.toBeUndefined();
  });

  test.each([
    ['by the gateway’s key', 'STATEMENT_KEY_UNKNOWN', () => revocation({ signer: patient.gateway })],
    ['by a stranger', 'STATEMENT_KEY_UNKNOWN', () => revocation({ signer: generateEd25519().signer })],
    ['by an authority', 'STATEMENT_ISSUER_MISMATCH', () => revocation({ iss: 'aut_lab' })],
    [
      'that grants something instead',
      'STATEMENT_TYPE_MISMATCH',
      () => statement('anchorHead', { height: 1, hash: 'A'.repeat(43), prevHash: null, prevHeight: null }),
    ],
  ])('%s is not worth an order', async (_name, code, made) => {
    await expect(service.check(made())).rejects.toMatchObject({ code });
  });

  test('that the ledger would refuse fills no block, and says why', async () => {
    answer = () => 'POLICY_SEQ_REUSED';
    await expect(relay(revocation())).rejects.toMatchObject({
      code: 'LEDGER_REFUSED',
      members: { reason: 'POLICY_SEQ_REUSED' },
    });
    expect(submitted).toEqual([]);
  });
});

describe('a rotation of the consent key', () => {
  const { signer: next } = generateEd25519();
  const rotation = (signer = patient.consent) =>
    statement('rotatePatientKey', { use: 'consent', newKey: toBase64url(next.publicKey) }, { signer });
  const rotated = (): PatientState => ({
    ...patient.state,
    consentKeys: [
      {
        key: toBase64url(patient.consent.publicKey),
        from: '2026-01-01T00:00:00.000Z',
        until: '2026-01-02T00:00:00.000Z',
      },
      { key: toBase64url(next.publicKey), from: '2026-01-02T00:00:00.000Z' },
    ],
  });
  beforeEach(() => {
    service = new RevocationService({
      ...{ networkId: TEST_NETWORK, verifier: nodeVerifier(), logger: { warn: () => undefined } },
      channels: { authorities: channelOf('authorities'), cloud: channelOf('cloud') },
      cloudMspIds: [],
      registrations: { patient: async () => known, refreshPatient: async () => known },
    });
  });

  test('is taken to both channels past the gateway, also where one had it before the other', async () => {
    const made = rotation();
    await service.check(made);
    expect(await relay(made)).toMatchObject({ cloud: expect.any(String), authorities: expect.any(String) });
    expect(submitted.map(([channel, transaction]) => [channel, transaction])).toEqual([
      ['cloud', 'RotatePatientKey'],
      ['authorities', 'RotatePatientKey'],
    ]);
    known = rotated();
    await service.check(made);
  });

  test('by another key is refused, and so is a revocation by a key that was rotated away', async () => {
    await expect(service.check(rotation(generateEd25519().signer))).rejects.toMatchObject({
      code: 'STATEMENT_KEY_UNKNOWN',
    });
    known = rotated();
    await expect(service.check(revocation())).rejects.toMatchObject({ code: 'STATEMENT_KEY_UNKNOWN' });
  });
});

describe('a recovery of the consent key', () => {
  const { signer: next } = generateEd25519();
  const takeOver = (signer = next) =>
    statement('takeOver', { recoveryId: sid('r'), newKey: toBase64url(next.publicKey) }, { signer });
  const objection = (signer = patient.consent) =>
    statement('objectToRecovery', { recoveryId: sid('r') }, { signer });

  test('is ended by the key that is there, and taken over by the new one, past the gateway', async () => {
    for (const made of [objection(), takeOver()]) {
      await service.check(made);
      await relay(made);
    }
    expect(submitted).toEqual([
      ['cloud', 'ObjectToRecovery', 'CloudAMSP'],
      ['authorities', 'ObjectToRecovery', undefined],
      ['cloud', 'TakeOver', 'CloudAMSP'],
      ['authorities', 'TakeOver', undefined],
    ]);
  });

  test.each([
    ['an objection by the new key', () => objection(next)],
    ['a takeover by another key than the one that it names', () => takeOver(patient.consent)],
    [
      'a takeover by something that is no key',
      () => statement('takeOver', { recoveryId: sid('r'), newKey: 'x' }, { signer: next }),
    ],
  ])('%s is not worth an order', async (_name, made) => {
    await expect(service.check(made())).rejects.toMatchObject({
      code: expect.stringMatching(/^STATEMENT_(KEY_UNKNOWN|MALFORMED)$/),
    });
  });
});
