import { ForkState, accessControl, records } from '@careledger/contracts';
import { PatientId } from '@careledger/domain';
import { ledgerAnswers, ledgerPageQuery, nextOf, onLedger, pageArgs } from '@careledger/ledger/service';
import { isInForce } from '@careledger/policy';
import { Next, requireRole, type ServiceApp, withExamples } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Channel } from '../ledger-port.js';
import type { Meanings } from './meanings.js';
import { Anchors, ShownGrant } from './schemas.js';
import * as examples from './examples.js';

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
        querystring: Type.Object(ledgerPageQuery),
        response: {
          200: withExamples(Type.Object({ grants: Type.Array(ShownGrant), next: Next }), {
            grants: [examples.grant],
            next: null,
          }),
        },
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
        next: nextOf(bookmark),
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
        querystring: Type.Object(ledgerPageQuery),
        response: {
          200: withExamples(Anchors, examples.anchors),
        },
      },
    },
    async (request) => {
      const { patientId } = request.params;
      const [{ head }, anchors] = await onLedger(() =>
        Promise.all([
          authorities.evaluate(records, 'GetHead', { patientId }),
          authorities.evaluate(records, 'ListAnchors', { patientId, ...pageArgs(request.query) }),
        ]),
      );
      return { head, anchors: anchors.rows, next: nextOf(anchors.bookmark) };
    },
  );

  app.get(
    '/v1/patients/:patientId/forks',
    {
      config: requireRole('practitioner', 'ops', 'auditor'),
      schema: {
        summary: 'Where the key of the patient’s private chain signed two blocks of one height',
        params,
        problems: [...ledgerAnswers, 'PATIENT_UNKNOWN'],
        querystring: Type.Object(ledgerPageQuery),
        response: {
          200: withExamples(Type.Object({ forks: Type.Array(ForkState), next: Next }), examples.forks),
        },
      },
    },
    async (request) => {
      const { patientId } = request.params;
      const { rows, bookmark } = await onLedger(() =>
        authorities.evaluate(records, 'ListForks', { patientId, ...pageArgs(request.query) }),
      );
      return { forks: rows, next: nextOf(bookmark) };
    },
  );
}
