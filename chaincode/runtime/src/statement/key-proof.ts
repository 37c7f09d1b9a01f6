import { ContractError } from '@careledger/contracts';
import type { StatementContext } from '../transaction/transaction.js';
import { readAs } from './read.js';
import { verifySelfSigned } from './verify.js';

/**
 * Whether the holder of a new key wants it registered for `subject`: a statement of its own by that key.
 * @throws ContractError `KEY_PROOF_INVALID`
 */
export function checkKeyProof(
  proof: string | undefined,
  subject: string,
  key: string,
  context: StatementContext,
): void {
  if (proof === undefined)
    throw new ContractError('KEY_PROOF_INVALID', 'A key that signs needs a proof of possession.');
  const { iss, body } = verified(proof, context);
  if (iss !== subject || body.subject !== subject || body.key !== key)
    throw new ContractError('KEY_PROOF_INVALID', 'The proof of possession is for another key or holder.');
}

function verified(proof: string, context: StatementContext) {
  try {
    return verifySelfSigned(readAs(proof, ['keyProof']), context, (body) => body.key);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    throw new ContractError('KEY_PROOF_INVALID', error.message, { reason: error.code });
  }
}
