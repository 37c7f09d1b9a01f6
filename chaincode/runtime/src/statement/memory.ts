import type { HashedStatement } from '@careledger/statements';
import { KeyFamily } from '../state/key.js';
import type { StateReader, StateWriter } from '../state/port.js';

/** What the state keeps of a statement that took effect. Refused ones leave nothing. */
export interface Remembered {
  /** SHA-256 of the statement, lower-case hex. */
  readonly hash: string;
  /** Transaction that first carried it. */
  readonly txId: string;
}

/** `(iss, sid)`: for patients' statements the patient comes first. */
const statements = new KeyFamily<Remembered>('statement', ['iss', 'sid']);

/**
 * Who signs for a patient chooses ids among its own: a delegate that has seen the patient's statement on one channel does not
 * use up its id on the other.
 */
const keyOf = ({ header, payload }: HashedStatement) =>
  statements.at(payload.iss, 'path' in payload.body ? `${header.kid}/${payload.sid}` : payload.sid);

/** Reads at once what `recall` is about to be asked. */
export function recallAhead(state: StateReader, statements: readonly HashedStatement[]): Promise<void> {
  return state.readAhead(statements.map(keyOf));
}

export function recall(state: StateReader, statement: HashedStatement): Promise<Remembered | undefined> {
  return state.get(keyOf(statement));
}

export function remember(state: StateWriter, statement: HashedStatement, txId: string): void {
  state.put(keyOf(statement), { hash: statement.hash, txId });
}
