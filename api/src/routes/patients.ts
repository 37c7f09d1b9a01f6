import { ForkState, GrantState, HeadState, records } from '@careledger/contracts';
import { PatientId } from '@careledger/domain';
import { onLedger } from '@careledger/ledger/service';
import { GrantMeaning } from '@careledger/protocol';
import { requireRole, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Channel } from '../ledger-port.js';
import { isInForce } from '../policy/coverage.js';
import type { Meanings } from '../policy/meanings.js';
import type { Policy } from '../policy/policy.js';
import { Cursor, Paging, cursorOf, pageArgs } from './schemas.js';

const ShownGrant = Type.Object({
  ...GrantState.properties,
  inForce: Type.Boolean(),
  /** What its tags stand for; null where the grant does not say so readably. */
  meaning: Type.Union([GrantMeaning, Type.Null()]),
});
const params = Type.Object({ patientId: PatientId });

export interface PatientRouteOptions {
  readonly authorities: Channel;
  readonly policy: Policy;
  readonly meanings: Meanings;
}

export function addPatientRoutes(
  app: ServiceApp,
  { authorities, policy, meanings }: PatientRouteOptions,
): void {
  app.get(
    '/v1/patients/:patientId/grants',
    {
      config: requireRole('practitioner', 'ops', 'auditor'),
      schema: {
        summary: 'What the patient lets this authority do, now and before',
        params,
        response: { 200: Type.Object({ grants: Type.Array(ShownGrant) }) },
      },
    },
    async (request) => {
      const grants = await onLedger(() => policy.fetchGrants(request.params.patientId));
      const nowMs = Date.now();
      return {
        grants: await Promise.all(
          grants.map(async (grant) => ({
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
        querystring: Type.Object({ ...Paging }),
        response: {
          200: Type.Object({
            head: Type.Union([HeadState, Type.Null()]),
            anchors: Type.Array(HeadState),
            forks: Type.Array(ForkState),
            cursor: Cursor,
          }),
        },
      },
    },
    async (request) => {
      const { patientId } = request.params;
      const [{ head }, anchors, { forks }] = await onLedger(() =>
        Promise.all([
          authorities.evaluate(records, 'GetHead', { patientId }),
          authorities.evaluate(records, 'ListAnchors', { patientId, ...pageArgs(request.query) }),
          authorities.evaluate(records, 'ListForks', { patientId }),
        ]),
      );
      return { head, anchors: anchors.rows, forks, cursor: cursorOf(anchors.bookmark) };
    },
  );
}
