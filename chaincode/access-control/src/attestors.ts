import {
  acceptOne,
  type Evaluation,
  type Outcome,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import { ContractError, type AttestorState, type ItemResult } from '@careledger/contracts';
import { fromBase64url, kidOf } from '@careledger/crypto';
import { everyEntry } from './every-entry.js';
import { attestors } from './families.js';

export async function registerAttestor(
  tx: Submission,
  { statement }: { readonly statement: string },
): Promise<Outcome<ItemResult>> {
  const intake = {
    names: ['registerAttestor'] as const,
    signers: { selfSignedBy: ({ key }: { readonly key: string }) => key },
  };
  const accepted = await acceptOne(tx, statement, intake, (verified) => add(tx, verified));
  const { item } = accepted;
  return 'repeated' in accepted
    ? { result: item }
    : { result: item, event: { ids: [accepted.verified.iss] } };
}

async function add(tx: Submission, { iss, body }: Verified<'registerAttestor'>): Promise<void> {
  const { mspId, key } = body;
  if (iss !== mspId) throw new ContractError('STATEMENT_ISSUER_MISMATCH');
  const at = attestors.at(mspId, kidOf('Ed25519', fromBase64url(key)));
  if ((await tx.state.get(at)) === undefined) tx.state.put(at, { mspId, key, registeredAt: tx.at });
}

/** Attestors of one organisation, or of all. A handful: one an organisation, and those before it. */
export async function listAttestors(
  { state }: Evaluation,
  { mspId }: { mspId?: string },
): Promise<{ attestors: AttestorState[] }> {
  const found: AttestorState[] = [];
  const prefix = mspId === undefined ? attestors.under() : attestors.under(mspId);
  for await (const { value } of everyEntry(state, prefix)) found.push(value);
  return { attestors: found };
}
