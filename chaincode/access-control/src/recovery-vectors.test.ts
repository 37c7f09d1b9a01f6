import { ChaincodeFixture, admin, client, codeOf, enroller } from '@careledger/chaincode-runtime/testing';
import type { ItemResult } from '@careledger/contracts';
import { sha256Hex, utf8 } from '@careledger/crypto';
import type { ChannelName, RecoveryRole } from '@careledger/domain';
import { loadVectors, type VectorBody } from '@careledger/spec';
import { expect, test } from '@jest/globals';
import { accessControlWith } from './chaincode.js';

interface Brought {
  readonly transaction: string;
  /** MSP ID of whose client brings it. */
  readonly by: string;
  readonly token: string;
}

/** Files of `spec/vectors/{valid,invalid}/recoveries`; documented in `spec/statements.md`. */
type RecoveryVector = VectorBody &
  Brought & {
    readonly networkId: string;
    readonly channel: ChannelName;
    readonly now: number;
    readonly recoverers: Readonly<Record<string, RecoveryRole>>;
    readonly before: readonly (Brought & { readonly at: number })[];
    readonly hash?: string;
    readonly code?: string;
  };

/** Who carries registrations on this network. */
const callerOf = ({ transaction, by }: Brought) => {
  if (transaction === 'RegisterPatient') return enroller();
  return transaction === 'RegisterAuthority' ? admin(by) : client(by);
};

/** A ledger that has taken what came before the vector's statement. */
async function ledgerOf({ recoverers, before, networkId, channel, now }: RecoveryVector) {
  const fixture = new ChaincodeFixture([accessControlWith(new Map(Object.entries(recoverers)))]);
  expect(fixture.networkId).toBe(networkId);
  const bring = (brought: Brought, at: number) => {
    const { transaction, token: statement } = brought;
    const call = { caller: callerOf(brought), channel, atMs: at * 1_000 };
    return fixture.run(transaction, { statement }, call);
  };
  for (const { at, ...brought } of before) await bring(brought, at);
  return { bring: (brought: Brought) => bring(brought, now) };
}

test.each(loadVectors<RecoveryVector>('valid', 'recoveries'))('takes $name', async (vector) => {
  const ledger = await ledgerOf(vector);
  const { result, event } = await ledger.bring(vector);
  expect((result as ItemResult).code).toBe('OK');
  expect(event?.name).toBe('PatientsChanged');
  expect(sha256Hex(utf8(vector.token))).toBe(vector.hash);
});

test.each(loadVectors<RecoveryVector>('invalid', 'recoveries'))('refuses $name', async (vector) => {
  const ledger = await ledgerOf(vector);
  expect(await codeOf(ledger.bring(vector))).toBe(vector.code);
});
