import { compiled } from '@careledger/domain/compiled';
import type { Static, TSchema } from 'typebox';
import { LedgerError } from './error.js';

/** Reads the JSON that a chaincode answered or emitted and checks it. @throws LedgerError BAD_RESPONSE */
export function decodeJson<S extends TSchema>(schema: S, bytes: Uint8Array, what: string): Static<S> {
  const value = parse(bytes, what);
  const validator = compiled(schema);
  if (validator.Check(value)) return value;
  const [fault] = validator.Errors(value);
  throw new LedgerError(
    'BAD_RESPONSE',
    `${what} answered ${fault?.instancePath || 'a value'}, which ${fault?.message}`,
  );
}

function parse(bytes: Uint8Array, what: string): unknown {
  // A function without a result answers nothing.
  if (bytes.length === 0) return null;
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new LedgerError('BAD_RESPONSE', `${what} answered something that is not JSON`, { cause });
  }
}
