import {
  acceptOne,
  type Evaluation,
  type Outcome,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import {
  ATTESTORS_PER_MSP_MAX,
  ContractError,
  type AttestorState,
  type ItemResult,
} from '@careledger/contracts';
import { everyEntry } from './every-entry.js';
import { attestors } from './families.js';
import { kidOfKey } from './key-periods.js';
import { outcomeOf } from './outcome-of.js';

export async function registerAttestor(
  tx: Submission,
  { statement }: { readonly statement: string },
): Promise<Outcome<ItemResult>> {
  const intake = {
    names: ['registerAttestor'] as const,
    signers: { selfSignedBy: ({ key }: { readonly key: string }) => key },
  };
  const accepted = await acceptOne(tx, statement, intake, (verified) => add(tx, verified));
  return outcomeOf(accepted, ({ iss }) => ({ ids: [iss] }));
}

async function add(tx: Submission, { iss, body }: Verified<'registerAttestor'>): Promise<void> {
  const { mspId, key } = body;
  if (iss !== mspId) throw new ContractError('STATEMENT_ISSUER_MISMATCH');
  const had = await tx.state.all(attestors.under(mspId));
  const known = had.find(({ value }) => value.key === key)?.value;
  // It may be in a thief's hands: a statement that the thief signs must not bring it back.
  if (known?.withdrawnAt !== undefined) throw new ContractError('KEY_REUSED');
  if (known !== undefined) return;
  if (had.filter(({ value }) => value.withdrawnAt === undefined).length >= ATTESTORS_PER_MSP_MAX)
    throw new ContractError('ATTESTOR_LIMIT');
  tx.state.put(keyOf(mspId, key), { mspId, key, registeredAt: tx.at });
}

const keyOf = (mspId: string, key: string) => attestors.at(mspId, kidOfKey(key));

/** The key attests no more; what it attested stands. @throws ContractError `ATTESTOR_UNKNOWN` */
export async function withdrawAttestor(
  tx: Submission,
  { mspId, key }: { mspId: string; key: string },
): Promise<Outcome<AttestorState>> {
  const attestor = await tx.state.get(keyOf(mspId, key));
  if (attestor === undefined) throw new ContractError('ATTESTOR_UNKNOWN');
  if (attestor.withdrawnAt !== undefined) return { result: attestor };
  const withdrawn = { ...attestor, withdrawnAt: tx.at };
  tx.state.put(keyOf(mspId, key), withdrawn);
  return { result: withdrawn, event: { ids: [mspId] } };
}

/** Attestors of one organisation, or of all, withdrawn ones included. A handful: one an organisation, and those before it. */
export async function listAttestors(
  { state }: Evaluation,
  { mspId }: { mspId?: string },
): Promise<{ attestors: AttestorState[] }> {
  const found: AttestorState[] = [];
  const prefix = mspId === undefined ? attestors.under() : attestors.under(mspId);
  for await (const { value } of everyEntry(state, prefix)) found.push(value);
  return { attestors: found };
}
