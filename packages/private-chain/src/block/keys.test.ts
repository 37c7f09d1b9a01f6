import { expect, test } from '@jest/globals';
import { nodeVerifier, sha256, type Signer } from '@careledger/crypto';
import { parseStatement } from '@careledger/statements';
import { ChainBuilder } from '../../testing/chain-builder.js';
import { consent, gateway, patientId, publicKeyOf, signerNamed, statement } from '../../testing/fixtures.js';
import { checkAppend, type ChainState } from './check-append.js';
import { STATEMENT_TYP } from './statement.js';

const options = { hash: sha256, verifier: nodeVerifier() };
const [recovered, third] = [signerNamed('recovered'), signerNamed('third')];
const vouching = (iss: string, more: object = {}): string => {
  const body = { patientId, reason: 'untrusted', newKey: publicKeyOf(recovered), ...more };
  return statement(STATEMENT_TYP.vouching, body, signerNamed(iss), { iss });
};
const opening = vouching('aut_hospital');
const recoveryId = parseStatement(opening).payload.sid;
const recovery = [
  ...[opening, vouching('aut_insurer', { confirms: recoveryId })],
  statement(STATEMENT_TYP.takeover, { recoveryId, newKey: publicKeyOf(recovered) }, recovered),
];
const rotation = (key: Signer, by: Signer): string =>
  statement(STATEMENT_TYP.keyRotation, { use: 'consent', newKey: publicKeyOf(key) }, by);
const rekeyed = (chain: ChainBuilder, key: Signer, statements: readonly string[]): ChainBuilder =>
  chain.add({
    type: 'rekey',
    body: { consentKey: publicKeyOf(key), gatewayKey: publicKeyOf(gateway), statements },
  });
const follow = ({ blocks }: ChainBuilder): ChainState | null =>
  blocks.reduce<ChainState | null>((before, block) => checkAppend(before, block, options), null);
const again = expect.objectContaining({
  code: 'REKEY_UNPROVEN',
  message: expect.stringContaining('brings a former consent key back'),
});

test('a recovery of long ago brings no stolen key back once another has followed it, nor does a rotation', () => {
  const chain = rekeyed(rekeyed(new ChainBuilder(), recovered, recovery), third, [
    rotation(third, recovered),
  ]);
  expect(follow(chain)).toEqual(chain.state);
  expect(chain.state.formerConsentKeys).toEqual([publicKeyOf(consent), publicKeyOf(recovered)]);
  const { blocks, state } = chain;
  const next = (key: Signer, statements: readonly string[]) => {
    const branch = new ChainBuilder();
    branch.blocks.splice(0, 1, ...blocks);
    branch.state = state;
    return rekeyed(branch, key, statements);
  };
  expect(() => follow(next(recovered, recovery))).toThrow(again);
  expect(() => follow(next(consent, [rotation(consent, third)]))).toThrow(again);
});

test('within one block neither', () => {
  const statements = [...recovery, rotation(third, recovered), rotation(recovered, third)];
  expect(() => follow(rekeyed(new ChainBuilder(), recovered, statements))).toThrow(again);
});
