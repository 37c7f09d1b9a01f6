import type { ContractCode } from '@careledger/contracts';
import { LedgerError } from './error.js';

/** A query's answer; undefined where the chaincode refuses it with this code. @throws whatever else it fails with */
export async function orUndefined<T>(query: Promise<T>, code: ContractCode): Promise<T | undefined> {
  try {
    return await query;
  } catch (error) {
    if (error instanceof LedgerError && error.chaincodeCode === code) return undefined;
    throw error;
  }
}
