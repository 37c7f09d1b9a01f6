import { ForkState, GrantState, HeadState, accessControl, records } from '@careledger/contracts';
import { PatientId } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { isInForce } from '@careledger/policy';
import { GrantMeaning } from '@careledger/protocol';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Channel } from '../ledger-port.js';
import type { Meanings } from '../policy/meanings.js';
import { Cursor, Paging, cursorOf, pageArgs } from './schemas.js';

const ShownGrant = Type.Object({
  ...GrantState.properties,
  inForce: Type.Boolean(),
  /** What its tags stand for; null where the grant does not say so readably. */
  meaning: Type.Union([GrantMeaning, Type.Null()]),
});
const params = Type.Object({ patientId: PatientId });

export interface PatientRouteOptions {
  readonly authorityId: string;
  readonly authorities: Channel;
  readonly meanings: Meanings;
}

export function addPatientRoutes(
  app: ServiceApp,
  { authorityId, authorities, meanings }: PatientRouteOptions,
): void {
  app.get(
    '/v1/patients/:patientId/grants',
    {
      config: requireRole('practitioner', 'ops', 'auditor'),
      schema: {
        summary: 'What the patient lets this authority do, now and before',
        params,
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
        querystring: Type.Object({ ...Paging, forksCursor: Paging.cursor }),
        response: {
          200: Type.Object({
            head: Type.Union([HeadState, Type.Null()]),
            anchors: Type.Array(HeadState),
            cursor: Cursor,
            forks: Type.Array(ForkState),
            forksCursor: Cursor,
          }),
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
