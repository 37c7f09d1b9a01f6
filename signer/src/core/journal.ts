import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import { DECISION_CHANNELS, type Decision, type DecisionName } from '@careledger/consent';
import { parseStatement } from '@careledger/statements/portable';
import type { OfferedUse } from './answers.js';

/** A statement that was signed here. Its token says everything else. */
export interface JournalEntry {
  readonly statement: string;
  /** Whether the gateway has said that it has it: from then on it has to stand by it. */
  readonly isTaken: boolean;
}

/** A decision that was signed here. */
export type Signed = Decision & {
  readonly sid: string;
  /** Thumbprint of the key that signed it. */
  readonly kid: string;
  readonly isTaken: boolean;
};

/** Takes the entries apart. They are the signer's own, and were valid when they were signed. */
export function decisionsOf(journal: readonly JournalEntry[]): Signed[] {
  return journal.map(({ statement, isTaken }) => ({ ...readSigned(statement), isTaken }));
}

/** What a statement of the signer's own says. @throws RangeError for one of another kind */
export function readSigned(statement: string): Decision & { readonly sid: string; readonly kid: string } {
  const { header, payload } = parseStatement(statement);
  const names = Object.keys(DECISION_CHANNELS) as DecisionName[];
  const name = names.find((candidate) => STATEMENTS[candidate].typ === header.typ);
  if (name === undefined) throw new RangeError(`The consent key signs no ${header.typ}`);
  // The body of its kind: nothing else was signed.
  return {
    ...({ name, body: payload.body as StatementBody<StatementName> } as Decision),
    sid: payload.sid,
    kid: header.kid,
  };
}

/** Of the gateway's keys, those that the patient replaces one by one. */
export const OFFERED_USES: readonly OfferedUse[] = ['gateway', 'encryption'];

/** The key of the gateway's that a statement appoints, for the use that is named; undefined of any other. */
export function offeredKeyIn(statement: string, use: OfferedUse): string | undefined {
  const decision = readSigned(statement);
  const isOne = decision.name === 'rotatePatientKey' && decision.body.use === use;
  return isOne ? decision.body.newKey : undefined;
}

/** Of what is signed here, the key to which the patient has what is for the patient sealed; undefined where none is known. */
export function encryptionKeyIn(journal: readonly JournalEntry[]): string | undefined {
  const rotated = journal.findLast(
    ({ statement, isTaken }) => isTaken && offeredKeyIn(statement, 'encryption') !== undefined,
  );
  if (rotated !== undefined) return offeredKeyIn(rotated.statement, 'encryption');
  const own = decisionsOf(journal).find((decision) => decision.name === 'registerPatient');
  return own?.body.encryptionKey;
}

/** The statement of this id. */
export const statementOf = (journal: readonly JournalEntry[], sid: string): string | undefined =>
  journal.find(({ statement }) => readSigned(statement).sid === sid)?.statement;

/** The highest policySeq that was signed here, whether it was sent or not; 0 before the first. */
export function highestSeq(signed: readonly Signed[]): number {
  return signed.reduce(
    (highest, { body }) => ('policySeq' in body ? Math.max(highest, body.policySeq) : highest),
    0,
  );
}

/** The journal with this statement in it. */
export function noted(journal: readonly JournalEntry[], entry: JournalEntry): JournalEntry[] {
  return [...journal.filter(({ statement }) => statement !== entry.statement), entry];
}
