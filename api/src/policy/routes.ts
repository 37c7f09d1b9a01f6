import { accessControl, records } from '@careledger/contracts';
import { PatientId } from '@careledger/domain';
import { ledgerAnswers, onLedger } from '@careledger/ledger/service';
import { isInForce } from '@careledger/policy';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { Cursor, Paging, cursorOf, pageArgs } from '../http/schemas.js';
import type { Channel } from '../ledger-port.js';
import type { Meanings } from './meanings.js';
import { Anchors, ShownGrant } from './schemas.js';

const params = Type.Object({ patientId: PatientId });

export interface PolicyRouteOptions {
  readonly authorityId: string;
  readonly authorities: Channel;
  readonly meanings: Meanings;
}

export function addPolicyRoutes(
  app: ServiceApp,
  { authorityId, authorities, meanings }: PolicyRouteOptions,
): void {
  app.get(
    '/v1/patients/:patientId/grants',
    {
      config: requireRole('practitioner', 'ops', 'auditor'),
      schema: {
        summary: 'What the patient lets this authority do, now and before',
        params,
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN'],
        querystring: Type.Object({ ...Paging }),
        response: { 200: Type.Object({ grants: Type.Array(ShownGrant), cursor: Cursor }) },
      },
    },
    async (request) => {
      const { patientId } = request.params;
      const { rows, bookmark } = await onLedger(() =>
        authorities.evaluate(accessControl, 'ListGrants', {
          patientId,
          authorityId,
          ...pageArgs(request.query),
        }),
      );
      const nowMs = Date.now();
      return {
        cursor: cursorOf(bookmark),
        grants: await Promise.all(
          rows.map(async (grant) => ({
            ...grant,
            inForce: isInForce(grant, nowMs),
            meaning: await meanings.of(grant),
          })),
        ),
      };
    },
  );

  app.get(
    '/v1/patients/:patientId/anchors',
    {
      config: requireRole('practitioner', 'ops', 'auditor'),
      schema: {
        summary: 'Where the patient’s private chain stands on the ledger',
        params,
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN'],
        querystring: Type.Object({ ...Paging, forksCursor: Paging.cursor }),
        response: {
          200: Anchors,
        },
      },
    },
    async (request) => {
      const { patientId } = request.params;
      const { forksCursor, limit } = request.query;
      const forksPage = pageArgs({ limit, ...(forksCursor !== undefined && { cursor: forksCursor }) });
      const [{ head }, anchors, forks] = await onLedger(() =>
        Promise.all([
          authorities.evaluate(records, 'GetHead', { patientId }),
          authorities.evaluate(records, 'ListAnchors', { patientId, ...pageArgs(request.query) }),
          authorities.evaluate(records, 'ListForks', { patientId, ...forksPage }),
        ]),
      );
      return {
        head,
        anchors: anchors.rows,
        cursor: cursorOf(anchors.bookmark),
        forks: forks.rows,
        forksCursor: cursorOf(forks.bookmark),
      };
    },
  );
}
