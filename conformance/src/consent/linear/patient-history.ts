import { readStatement } from '@careledger/statements';
import type { History, Operation } from '../play/history.js';
import type { Person } from '../play/person.js';

/** Operations of one history at most: porcupine tries orders. */
const OPERATIONS_MAX = 500;

/** One patient's operations on channel `cloud`, as `conformance/porcupine` reads them. */
export interface PatientHistory {
  readonly patientId: string;
  readonly rules: readonly object[];
  readonly versions: Readonly<Record<string, object>>;
  readonly operations: readonly LinearOperation[];
}

export interface LinearOperation {
  readonly client: number;
  readonly kind: string;
  /** Place in `rules` of what is recorded or ended; -1 for none. */
  readonly rule: number;
  readonly seq: number;
  readonly requester: string;
  readonly purpose: string;
  readonly recordId: string;
  readonly atMs: number;
  readonly calledMs: number;
  readonly returnedMs?: number;
  readonly outcome: string;
}

/** Answers that say something about the order; whatever else was answered did nothing. */
const TELLING: ReadonlySet<string | undefined> = new Set([
  'OK',
  'GRANT_REVOKED',
  'permit',
  'deny',
  undefined,
]);

/** The histories of all patients; one that is too long ends where nothing was on its way. */
export function patientHistories({ operations }: History, people: readonly Person[]): PatientHistory[] {
  const telling = operations.filter(
    ({ channel, kind, outcome }) => channel === 'cloud' && kind !== 'rotate' && TELLING.has(outcome),
  );
  const byPatient = Map.groupBy(telling, ({ patientId }) => patientId);
  return people.flatMap((person) => {
    const whole = (byPatient.get(person.patient.id) ?? []).sort((a, b) => a.calledMs - b.calledMs);
    const kept = upToQuiet(whole);
    return kept.length === 0 ? [] : [historyOf(person, kept)];
  });
}

function upToQuiet(operations: readonly Operation[]): readonly Operation[] {
  if (operations.length <= OPERATIONS_MAX) return operations;
  let [quiet, lastMs] = [0, 0];
  for (const [index, { calledMs, returnedMs = Infinity }] of operations.slice(0, OPERATIONS_MAX).entries()) {
    if (calledMs > lastMs) quiet = index;
    lastMs = Math.max(lastMs, returnedMs);
  }
  return operations.slice(0, quiet);
}

function historyOf({ patient, versions }: Person, operations: readonly Operation[]): PatientHistory {
  const decoded = operations.map((operation) => {
    const { sid, body } = readStatement(operation.token).payload;
    return { operation, sid, body: body as Readonly<Record<string, unknown>> };
  });
  const places = new Map<string, number>();
  const rules: object[] = [];
  for (const { operation, sid, body } of decoded) {
    if (operation.kind !== 'grant' && operation.kind !== 'deny') continue;
    places.set(sid, rules.length);
    const { authorityId, purposes, scopeTags, from, until, policySeq: seq } = body;
    const times = {
      fromMs: Date.parse(String(from)),
      ...(until !== undefined && { untilMs: Date.parse(String(until)) }),
    };
    rules.push({ denies: operation.kind === 'deny', authorityId, purposes, scopeTags, ...times, seq });
  }
  return {
    patientId: patient.id,
    rules,
    versions: Object.fromEntries(
      versions.map(({ record, author, request }) => {
        const { tagGroups } = readStatement(request.statement).payload.body as { tagGroups: unknown };
        return [record.recordId, { isOthers: author.id !== patient.id, author: author.id, tagGroups }];
      }),
    ),
    operations: decoded.flatMap(({ operation, sid, body }) => {
      const {
        client,
        kind,
        requester = '',
        recordId = '',
        atMs = 0,
        calledMs,
        returnedMs,
        outcome = '',
      } = operation;
      const rule = places.get(String(body['grantId'] ?? sid)) ?? -1;
      // What was signed before the history begins, or was never carried, is in no rule.
      if (rule < 0 && (kind === 'revoke' || kind === 'end-denial')) return [];
      const said = { seq: Number(body['policySeq'] ?? 0), purpose: String(body['purpose'] ?? '') };
      const times = { atMs, calledMs, ...(returnedMs !== undefined && { returnedMs }) };
      return [{ client, kind, rule, requester, recordId, ...said, ...times, outcome }];
    }),
  };
}
