import { StatementError, parseStatement } from '@careledger/statements/portable';
import { STATEMENT_TYP, readStatement } from '../block/statement.js';
import type { Verification } from '../block/statement.js';
import type { TransactionEnvelope } from './envelope.js';
import type { TrustRoots } from './proof.js';

/** Fabric's `TxValidationCode` of a transaction that took effect. */
const VALID = 'VALID';

/** Where the attesting organisations saw the transaction. */
export type AttestedPosition = { readonly block: number; readonly blockHash: string };

export type AttestationCount = {
  /** The organisations that attest one and the same position, most of them if they disagree. */
  readonly organisations: readonly string[];
  readonly position: AttestedPosition | null;
  /** Why the others do not count. */
  readonly faults: readonly string[];
};

/**
 * Counts the organisations of the trust roots that vouch for exactly this envelope. Several keys of an organisation
 * count once. The attestation names the hash of the envelope's bytes: a transaction ID alone covers only nonce and
 * creator, and whoever submitted could show another envelope under it.
 */
export function countAttestations(
  attestations: readonly string[],
  envelope: TransactionEnvelope,
  roots: TrustRoots,
  verification: Verification,
): AttestationCount {
  const byPosition = new Map<string, { position: AttestedPosition; organisations: Set<string> }>();
  const faults: string[] = [];
  for (const [index, token] of attestations.entries()) {
    const attested = readAttestation(token, envelope, roots, verification);
    if ('fault' in attested) {
      faults.push(`attestation ${index}: ${attested.fault}`);
      continue;
    }
    const { organisation, position } = attested;
    const name = `${position.block} ${position.blockHash}`;
    const entry = byPosition.get(name) ?? { position, organisations: new Set<string>() };
    byPosition.set(name, entry);
    entry.organisations.add(organisation);
  }
  const [best, second] = [...byPosition.values()].sort((a, b) => b.organisations.size - a.organisations.size);
  if (second !== undefined) faults.push('the attestors disagree about the block');
  return { organisations: [...(best?.organisations ?? [])], position: best?.position ?? null, faults };
}

function readAttestation(
  token: string,
  envelope: TransactionEnvelope,
  roots: TrustRoots,
  verification: Verification,
): { organisation: string; position: AttestedPosition } | { fault: string } {
  const organisation = issuerOf(token);
  if (organisation === undefined) return { fault: 'it is no statement' };
  if (!Object.hasOwn(roots.attestors, organisation))
    return { fault: `${organisation} is not in the trust roots` };
  const expected = { typ: STATEMENT_TYP.attestation, issuer: organisation, network: roots.network };
  for (const key of roots.attestors[organisation] ?? []) {
    const statement = readStatement(token, { ...expected, key }, verification);
    if (!('fault' in statement)) return readPosition(statement.body, organisation, envelope, roots);
    if (!statement.isKeyUnknown) return { fault: statement.fault };
  }
  return { fault: `its key is not one of ${organisation}'s in the trust roots` };
}

function issuerOf(token: string): string | undefined {
  try {
    return parseStatement(token).payload.iss;
  } catch (error) {
    if (error instanceof StatementError) return undefined;
    throw error;
  }
}

function readPosition(
  body: Readonly<Record<string, unknown>>,
  organisation: string,
  envelope: TransactionEnvelope,
  roots: TrustRoots,
): { organisation: string; position: AttestedPosition } | { fault: string } {
  const { network, channel, block, blockHash, txId, envelopeHash, code } = body;
  if (network !== roots.network) return { fault: 'it is about another network' };
  if (channel !== envelope.channel) return { fault: 'it is about another channel' };
  if (txId !== envelope.txId) return { fault: 'it is about another transaction' };
  if (envelopeHash !== envelope.envelopeHash) return { fault: 'it is about an envelope with other bytes' };
  if (code !== VALID) return { fault: `the transaction is ${String(code)}, not ${VALID}` };
  if (!Number.isSafeInteger(block) || typeof blockHash !== 'string') return { fault: 'it names no block' };
  return { organisation, position: { block: block as number, blockHash } };
}
