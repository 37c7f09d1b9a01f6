import { keyProofStatement } from '@careledger/consent';
import { generateEd25519, toBase64url } from '@careledger/crypto';
import { makeStatement } from '@careledger/statements';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Desk } from '../../testing/desk.js';
import { gatewayKeyIn } from '../core/journal.js';

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
