import { PatientId } from '@careledger/domain';
import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import {
  IfMatch,
  assertUnchanged,
  contentTag,
  requireRole,
  withExamples,
  type ServiceApp,
} from '@careledger/service-kit';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Registrations } from '../policy/registrations.js';
import { problem } from '../problems.js';
import type { Store } from '../store/store.js';
import * as examples from './examples.js';
import type { PatientNumber, PatientNumberStore } from './number-store.js';
import { PatientNumbersBody } from './schemas.js';

export interface PatientNumberRouteOptions {
  readonly numbers: PatientNumberStore;
  readonly registrations: Pick<Registrations, 'awaited' | 'patient'>;
  readonly store: Pick<Store, 'commit'>;
}

const PATH = '/v1/patients/:patientId/numbers';
const params = Type.Object({ patientId: PatientId });
/** Systems of this project's own name what is on the ledgers. */
const OWN_SYSTEM = /^urn:careledger:/i;

/** The organisation's own numbers of patients, as its systems bring them. On disk when a `PUT` is answered. */
export function addPatientNumberRoutes(
  app: ServiceApp,
  { numbers: kept, registrations, store }: PatientNumberRouteOptions,
): void {
  const shown = (patientId: string) => ({ numbers: kept.of(patientId) });

  app.get(
    PATH,
    {
      config: requireRole('ops'),
      schema: {
        summary: 'The numbers by which this organisation knows a patient',
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN'],
        params,
        response: { 200: withExamples(PatientNumbersBody, examples.numbers) },
      },
    },
    async (request, reply) => {
      const { patientId } = request.params;
      await onLedger(() => registrations.patient(patientId));
      const answer = shown(patientId);
      return reply.header('etag', contentTag(answer)).send(answer);
    },
  );

  app.put(
    PATH,
    {
      config: requireRole('ops'),
      schema: {
        summary: 'Replace the numbers by which this organisation knows a patient; an empty list deletes them',
        description:
          'They stay in this service, sealed: no ledger, provider or gateway has them. Its practitioners see them in the patient’s FHIR resource, and find the patient by them.',
        problems: [
          ...ledgerAnswers,
          'PATIENT_UNKNOWN',
          'NUMBERS_REFUSED',
          'NUMBER_TAKEN',
          'RESOURCE_CHANGED',
        ],
        headers: Type.Object(IfMatch),
        params,
        body: withExamples(PatientNumbersBody, examples.numbers),
        response: { 200: withExamples(PatientNumbersBody, examples.numbers) },
      },
    },
    async (request, reply) => {
      const { patientId } = request.params;
      const { numbers } = request.body;
      assertNumbers(numbers);
      await onLedger(() => registrations.awaited(patientId));
      const answer = await store.commit(() => {
        assertUnchanged(request.headers['if-match'], shown(patientId));
        assertFree(patientId, numbers);
        kept.replace(patientId, numbers);
        return shown(patientId);
      });
      return reply.header('etag', contentTag(answer)).send(answer);
    },
  );

  /** @throws ProblemError NUMBER_TAKEN */
  function assertFree(patientId: string, numbers: readonly PatientNumber[]): void {
    for (const [index, number] of numbers.entries()) {
      const heldBy = kept.holderOf(number) ?? patientId;
      if (heldBy === patientId) continue;
      throw problem(
        'NUMBER_TAKEN',
        `/numbers/${index}: another patient has it; take it from that one first`,
        {
          members: { heldBy },
        },
      );
    }
  }
}

/**
 * What a schema does not say. No number is told: it would stand in the client's log.
 * @throws ProblemError NUMBERS_REFUSED for one that comes twice, or looks like what the ledgers know a patient by
 */
function assertNumbers(numbers: readonly PatientNumber[]): void {
  const seen = new Set<string>();
  for (const [index, { system, value }] of numbers.entries()) {
    const at = `/numbers/${index}`;
    const name = `${system}|${value}`;
    if (seen.has(name)) throw problem('NUMBERS_REFUSED', `${at}: this number comes twice: give each once`);
    seen.add(name);
    if (OWN_SYSTEM.test(system) || Value.Check(PatientId, value))
      throw problem(
        'NUMBERS_REFUSED',
        `${at}: pseudonyms and other names of the ledger are no numbers of the organisation’s: leave it out`,
      );
  }
}
