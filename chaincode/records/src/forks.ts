import {
  PRESENT,
  sortable,
  type Evaluation,
  type Outcome,
  type Submission,
} from '@careledger/chaincode-runtime';
import { ContractError, type ForkState } from '@careledger/contracts';
import { fromBase64url, nodeVerifier, sha256 } from '@careledger/crypto';
import { ChainError, blockHash, detectFork, parseBlock, type Block } from '@careledger/private-chain/verify';
import { getPatient } from './access-control.js';
import { forkedKeys, forks } from './families.js';

const verification = { hash: sha256, verifier: nodeVerifier() };

/** Keeps the evidence, once a height, and takes the right to anchor from the keys that signed it. */
export async function reportFork(
  tx: Submission,
  { patientId, blocks }: { patientId: string; blocks: [string, string] },
): Promise<Outcome<ForkState>> {
  const { gatewayKeys } = await getPatient(tx, patientId);
  const keys = gatewayKeys.map(({ key }) => key);
  const parsed = [read(blocks[0]), read(blocks[1])] as const;
  const fork = detectFork(...parsed, keys, verification);
  if (fork === undefined || fork.patientId !== patientId) throw new ContractError('FORK_EVIDENCE_INVALID');
  const at = forks.at(patientId, sortable(fork.height));
  const before = await tx.state.get(at);
  const guilty = keys.filter((key) => parsed.some((block) => isSignedBy(block, key)));
  for (const key of guilty) tx.state.put(forkedKeys.at(patientId, key), PRESENT);
  if (before !== undefined) return { result: before };
  const kept: ForkState = { patientId, height: fork.height, blocks, reportedAt: tx.at, txId: tx.txId };
  tx.state.put(at, kept);
  return { result: kept, event: { patientId, height: fork.height, txId: tx.txId } };
}

export async function listForks(
  { state }: Evaluation,
  { patientId }: { patientId: string },
): Promise<{ forks: ForkState[] }> {
  const entries = await state.all(forks.under(patientId));
  return { forks: entries.map(({ value }) => value) };
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
