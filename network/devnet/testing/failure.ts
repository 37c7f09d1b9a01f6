import { CommitError, GatewayError } from '@hyperledger/fabric-gateway';

/** What a client sees of a failure, in one comparable object. */
export interface SeenFailure {
  readonly type: string;
  readonly code: number;
  readonly message: string;
  /** Messages of the error details, each with the organisation that said it. */
  readonly details: readonly string[];
  /** Who said them, as the details name it. */
  readonly addresses: readonly string[];
}

/** Runs something that must fail, and says how it did. */
export async function failureOf(attempt: Promise<unknown>): Promise<SeenFailure> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof CommitError) {
      return { type: 'CommitError', code: error.code, message: error.message, details: [], addresses: [] };
    }
    if (error instanceof GatewayError) {
      const details = error.details.map((each) => `${each.mspId}: ${each.message}`);
      const addresses = error.details.map((each) => each.address);
      return { type: error.name, code: error.code, message: error.message, details, addresses };
    }
    throw error;
  }
  throw new Error('this was expected to fail, and did not');
}
