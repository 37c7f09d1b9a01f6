import { readStatement } from '@careledger/statements';

/** The key that a rotation appoints, by its own word: raw, base64url. */
export function newKeyOf(statement: string): string | undefined {
  try {
    const { newKey } = readStatement(statement).payload.body;
    return typeof newKey === 'string' ? newKey : undefined;
  } catch {
    return undefined;
  }
}
