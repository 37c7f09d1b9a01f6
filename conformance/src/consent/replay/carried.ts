import { readStatement } from '@careledger/statements';
import { actionResultOf, argumentsOf } from '../../fixtures/observation/transaction-content.js';

/** A statement as it lies in a transaction. */
export interface Statement {
  readonly iss: string;
  readonly sid: string;
  /** Its kind, e.g. `careledger.grant+jws`. */
  readonly typ: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What the chaincode answered to a statement. */
export interface Answer {
  readonly code: string;
  /** Of the transaction that took it; an earlier one's where it came again. */
  readonly txId: string;
  readonly access?: Readonly<Record<string, unknown>>;
}

/** A statement with its answer. */
export interface Carried {
  readonly statement: Statement;
  readonly answer: Answer | undefined;
}

/** What a transaction of the chaincode carries. */
export function carriedBy(envelope: Uint8Array): Carried[] {
  const [, json = '{}'] = argumentsOf(envelope);
  const args = JSON.parse(json) as { items?: string[]; statement?: string };
  const tokens = args.items ?? (args.statement === undefined ? [] : [args.statement]);
  const result = JSON.parse(actionResultOf(envelope) || '{}') as { items?: Answer[] } & Answer;
  const answers = result.items ?? [result];
  return tokens.map((token, index) => ({ statement: statementOf(token), answer: answers[index] }));
}

function statementOf(token: string): Statement {
  const { header, payload } = readStatement(token);
  const { iss, sid, body } = payload;
  return { iss, sid, typ: header.typ, body: body as Statement['body'] };
}

/** Whom it is about. */
export const patientOf = ({ iss, body }: Statement): string => String(body['patientId'] ?? iss);
