import {
  pagedRows,
  sortable,
  type Evaluation,
  type Outcome,
  type PageRequest,
  type Submission,
} from '@careledger/chaincode-runtime';
import { ContractError, type ForkState, type KeyPeriod } from '@careledger/contracts';
import { fromBase64url, nodeVerifier, sha256 } from '@careledger/crypto';
import { ChainError, blockHash, detectFork, parseBlock, type Block } from '@careledger/private-chain/verify';
import { getPatient } from './access-control.js';
import { forkedKeys, forks } from './families.js';

const verification = { hash: sha256, verifier: nodeVerifier() };

/**
 * Keeps the evidence and takes the right to anchor from whom it convicts. Evidence against keys that are convicted already
 * changes nothing.
 */
export async function reportFork(
  tx: Submission,
  { patientId, blocks }: { patientId: string; blocks: [string, string] },
): Promise<Outcome<ForkState>> {
  const { gatewayKeys } = await getPatient(tx, patientId);
  const keys = gatewayKeys.map(({ key }) => key);
  const parsed = [read(blocks[0]), read(blocks[1])] as const;
  const fork = detectFork(...parsed, keys, verification);
  if (fork === undefined || fork.patientId !== patientId) throw new ContractError('FORK_EVIDENCE_INVALID');
  const { height } = fork;
  const guilty = convictedBy(parsed, gatewayKeys);
  const known: ForkState[] = [];
  const convicted: string[] = [];
  for (const key of guilty) {
    const before = await evidenceAgainst(tx, patientId, key);
    if (before === undefined) convicted.push(key);
    else known.push(before);
  }
  const [key] = convicted;
  const [first] = known;
  if (key === undefined) {
    if (first === undefined) throw new Error('Two blocks were signed, but nobody is to blame.');
    return { result: first };
  }
  const kept: ForkState = { patientId, height, blocks, convicted, reportedAt: tx.at, txId: tx.txId };
  tx.state.put(forks.at(patientId, sortable(height), key), kept);
  for (const each of convicted) tx.state.put(forkedKeys.at(patientId, each), { height, key });
  return { result: kept, event: { patientId, height, txId: tx.txId } };
}

/** The evidence by which a key was convicted; undefined while it was not. */
async function evidenceAgainst(
  { state }: Evaluation,
  patientId: string,
  key: string,
): Promise<ForkState | undefined> {
  const where = await state.get(forkedKeys.at(patientId, key));
  return where && state.get(forks.at(patientId, sortable(where.height), where.key));
}

/**
 * The keys that signed both blocks. Where no single one did, those among the signers that were rotated away: one that a
 * thief has must not convict the key that took its place.
 */
function convictedBy(blocks: readonly [Block, Block], gatewayKeys: readonly KeyPeriod[]): string[] {
  const signers = gatewayKeys.map(({ key, until }) => {
    return { key, isRetired: until !== undefined, signed: blocks.map((block) => isSignedBy(block, key)) };
  });
  const both = signers.filter(({ signed }) => signed.every(Boolean));
  const retired = signers.filter(({ signed, isRetired }) => isRetired && signed.some(Boolean));
  return (both.length > 0 ? both : retired).map(({ key }) => key);
}

export function listForks(
  { state }: Evaluation,
  { patientId, ...page }: { patientId: string } & PageRequest,
): Promise<{ rows: ForkState[]; bookmark: string }> {
  return pagedRows(state, page, { prefix: forks.under(patientId), rowOf: ({ value }) => value });
}

function read(text: string): Block {
  try {
    return parseBlock(text);
  } catch (error) {
    if (error instanceof ChainError) throw new ContractError('FORK_EVIDENCE_INVALID', error.message);
    throw error;
  }
}

function isSignedBy(block: Block, key: string): boolean {
  const signed = fromBase64url(blockHash(block, sha256));
  return verification.verifier.verify(fromBase64url(key), signed, fromBase64url(block.sig));
}
