import { PatientId, RecordId } from '@careledger/domain';
import {
  DecisionsPage,
  DecisionsQuery,
  ReadersPage,
  ReadersQuery,
  answerExamples,
  WrapHoldersPage,
  whoCouldRead,
  whoOwesDeletions,
  whyDecided,
} from '@careledger/ledger/answers';
import { ledgerAnswers, ledgerPageQuery } from '@careledger/ledger/service';
import { requireRole, withExamples, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Channels } from '../ledger-port.js';

export interface AnswerRouteOptions {
  readonly authorityId: string;
  readonly channels: Channels;
}

const byAuditor = requireRole('auditor');

/** What an auditor of this authority asks of the ledger: about this authority alone, and about providers. */
export function addAnswerRoutes(app: ServiceApp, { authorityId, channels }: AnswerRouteOptions): void {
  const { cloud } = channels;

  app.get(
    '/v1/patients/:patientId/records/:recordId/readers',
    {
      config: byAuditor,
      schema: {
        operationId: 'listRecordReaders',
        summary: 'By which grants this authority could read a record at a time, and who within it',
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN', 'RECORD_UNKNOWN'],
        params: Type.Object({ patientId: PatientId, recordId: RecordId }),
        querystring: ReadersQuery,
        response: { 200: withExamples(ReadersPage, answerExamples.readers) },
      },
    },
    ({ params, query }) => whoCouldRead(cloud, { ...params, authorityId }, query),
  );

  app.get(
    '/v1/patients/:patientId/decisions',
    {
      config: byAuditor,
      schema: {
        operationId: 'listPatientDecisions',
        summary: 'Why this authority was permitted or denied: each attempt with the rule that decided it',
        description: 'Oldest first. One attempt by its transaction (`txId`) or its request (`requestSid`).',
        problems: ledgerAnswers,
        params: Type.Object({ patientId: PatientId }),
        querystring: DecisionsQuery,
        response: { 200: withExamples(DecisionsPage, answerExamples.decisions) },
      },
    },
    ({ params: { patientId }, query }) => whyDecided(cloud, { patientId, requester: authorityId }, query),
  );

  app.get(
    '/v1/patients/:patientId/wrap-holders',
    {
      config: byAuditor,
      schema: {
        operationId: 'listPatientWrapHolders',
        summary:
          'Providers that hold the patient’s records: what each has attested of deleted wraps, and what it owes since when',
        problems: ledgerAnswers,
        params: Type.Object({ patientId: PatientId }),
        querystring: Type.Object(ledgerPageQuery),
        response: { 200: withExamples(WrapHoldersPage, answerExamples.wrapHolders) },
      },
    },
    ({ params, query }) => whoOwesDeletions(cloud, params, query),
  );
}
