import { keyProofStatement } from '@careledger/consent';
import { generateEd25519, generateX25519, toBase64url } from '@careledger/crypto';
import { makeStatement } from '@careledger/statements';
import { parseStatement } from '@careledger/statements/portable';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Desk } from '../../testing/desk.js';
import { encryptionKeyIn, offeredKeyIn } from '../core/journal.js';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open({});
});
afterEach(() => desk[Symbol.asyncDispose]());

/** The gateway offers a new key from now on. @returns it */
function offered(): string {
  const { signer } = generateEd25519();
  const newKey = toBase64url(signer.publicKey);
  const about = { patientId: desk.patientId, networkId: 'devnet', iat: Math.floor(Date.now() / 1_000) };
  const newKeyProof = makeStatement(keyProofStatement({ ...about, publicKey: signer.publicKey }), signer);
  desk.gateway.offer = { use: 'gateway', newKey, newKeyProof };
  return newKey;
}
const gatewayKeyIn = (statement: string) => offeredKeyIn(statement, 'gateway');
const came = (): string[] => desk.gateway.came.map(({ statement }) => statement);
const isRefused = { exitCode: 1, err: expect.stringContaining('GATEWAY_REFUSED') };

test('the key that the gateway offers is appointed; where the answer is lost, by the same statement again', async () => {
  const newKey = offered();
  desk.gateway.lie = (path, answer) => ('statementId' in answer ? { path } : answer);
  expect((await desk.run('rotate-gateway')).exitCode).toBe(1);
  desk.gateway.lie = (_path, answer) => answer;
  // The gateway has it, and what it offers now is the key after that.
  offered();
  expect((await desk.run('rotate-gateway')).exitCode).toBe(0);
  expect(came().map(gatewayKeyIn)).toEqual([newKey, newKey]);
  expect(came()[1]).toBe(came()[0]);
});

test('one that the gateway refuses gives way to the key that it offers since, and is sent no more', async () => {
  const former = offered();
  desk.gateway.refused = (path) =>
    path.endsWith('/keys/rotate') && gatewayKeyIn(came().at(-1) ?? '') === former
      ? { code: 'CONSENT_STATEMENT_REFUSED', detail: 'It appoints another key' }
      : undefined;
  expect(await desk.run('rotate-gateway')).toMatchObject(isRefused);
  // It offers the same yet: there is nothing else to sign.
  expect(await desk.run('rotate-gateway')).toMatchObject(isRefused);
  expect(came().map(gatewayKeyIn)).toEqual([former, former]);
  const newKey = offered();
  expect((await desk.run('rotate-gateway')).exitCode).toBe(0);
  expect(came().map(gatewayKeyIn)).toEqual([former, former, former, newKey]);
  expect((await desk.signer()).unsent()).toEqual([]);
});

describe('the key to which records are wrapped', () => {
  const offeredRecordsKey = (): string => {
    const newKey = toBase64url(generateX25519().publicKey);
    desk.gateway.offer = { use: 'encryption', newKey };
    return newKey;
  };
  const recordsKeyIn = (statement: string) => offeredKeyIn(statement, 'encryption');

  test('is appointed as the gateway offers it, and a key of another use in its place is not', async () => {
    offered();
    const another = await desk.run('rotate-gateway', '--records');
    expect(another).toMatchObject({ exitCode: 1, err: expect.stringContaining('OFFER_REFUSED') });
    const newKey = offeredRecordsKey();
    expect(await desk.run('rotate-gateway')).toMatchObject({ exitCode: 1 });
    expect(came()).toEqual([]);
    expect((await desk.run('rotate-gateway', '--records')).exitCode).toBe(0);
    expect(came().map(recordsKeyIn)).toEqual([newKey]);
  });

  test('that was signed and not answered goes by the same statement, beside one of the key that signs', async () => {
    const recordsKey = offeredRecordsKey();
    desk.gateway.lie = (path, answer) => ('statementId' in answer ? { path } : answer);
    expect((await desk.run('rotate-gateway', '--records')).exitCode).toBe(1);
    const signingKey = offered();
    expect((await desk.run('rotate-gateway')).exitCode).toBe(1);
    desk.gateway.lie = (_path, answer) => answer;
    expect((await desk.signer()).unsent()).toHaveLength(2);
    expect((await desk.run('rotate-gateway', '--records')).exitCode).toBe(0);
    expect((await desk.run('rotate-gateway')).exitCode).toBe(0);
    expect((await desk.signer()).unsent()).toEqual([]);
    const [firstRecords, firstSigning, ...again] = came();
    expect([recordsKeyIn(firstRecords ?? ''), gatewayKeyIn(firstSigning ?? '')]).toEqual([
      recordsKey,
      signingKey,
    ]);
    expect(again).toEqual([firstRecords, firstSigning]);
  });

  test('is what names of delegates are sealed to, once the gateway has taken it', async () => {
    const journal = async () => (await desk.signer()).content.journal;
    const before = encryptionKeyIn(await journal());
    const newKey = offeredRecordsKey();
    desk.gateway.refused = () => ({ code: 'CONSENT_STATEMENT_REFUSED', detail: 'not now' });
    await desk.run('rotate-gateway', '--records');
    expect(encryptionKeyIn(await journal())).toBe(before);
    desk.gateway.refused = () => undefined;
    expect((await desk.run('rotate-gateway', '--records')).exitCode).toBe(0);
    expect(encryptionKeyIn(await journal())).toBe(newKey);
  });
});

describe('past the gateway', () => {
  test('one that says done and relays nothing is passed by: what it was sent is printed for any authority', async () => {
    offered();
    expect((await desk.run('rotate-gateway')).exitCode).toBe(0);
    const [statement = ''] = came();
    const { sid } = parseStatement(statement).payload;
    expect((await desk.run('statement', sid)).out).toBe(`${statement}\n`);
  });

  test.each([[[]], [['--records']]])(
    'what %j signs is printed, and the gateway gets the same later',
    async (more) => {
      const use = more.length > 0 ? 'encryption' : 'gateway';
      const newKey = offered();
      if (use === 'encryption') desk.gateway.offer = { use, newKey };
      const { out, exitCode } = await desk.run('rotate-gateway', '--offline', ...more);
      expect(exitCode).toBe(0);
      expect(offeredKeyIn(out.trim(), use)).toBe(newKey);
      expect(came()).toEqual([]);
      // The same, without the gateway.
      desk.gateway.isAway = true;
      expect((await desk.run('rotate-gateway', '--offline', ...more)).out).toBe(out);
      desk.gateway.isAway = false;
      expect((await desk.run('send')).exitCode).toBe(0);
      expect(came()).toEqual([out.trim()]);
    },
  );
});
