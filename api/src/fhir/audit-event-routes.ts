import { records, type AccessState } from '@careledger/contracts';
import { auditEventOf } from '@careledger/disclosure';
import { closedObject } from '@careledger/domain';
import { readStatementId, statementIdOf } from '@careledger/fhir';
import { orUndefined } from '@careledger/ledger';
import { ledgerAnswers, nextOf, onLedger, pageArgs } from '@careledger/ledger/service';
import { ProblemError, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import type { Channels } from '../ledger-port.js';
import { resourceAnswer, sendResource } from './answers.js';
import { mapObjects, type Json } from '../resources/json.js';
import { FORMAT, FhirId, PAGE, patientIn } from './parameters.js';
import { byResourceId } from './patient-references.js';
import { ELEMENTS } from './result-parameters.js';
import { searchPlace } from './search-place.js';
import { sendSearchset } from './searchset.js';
import { ROUTE_OF, type Row } from './table.js';

export interface AuditEventRouteOptions {
  readonly authorityId: string;
  readonly channels: Channels;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
}

export function addAuditEventReadRoute(
  app: ServiceApp,
  { resourceType, roles }: Row,
  { authorityId: requester, channels }: AuditEventRouteOptions,
): void {
  app.get(
    ROUTE_OF.read(resourceType)[1],
    {
      config: { roles },
      schema: {
        hide: true,
        problems: [...ledgerAnswers, 'NOT_FOUND'],
        params: Type.Object({ id: FhirId }),
        querystring: closedObject(FORMAT),
        response: { 200: resourceAnswer('The attempt') },
      },
    },
    async (request, reply) => {
      const ref = readStatementId(request.params.id);
      const access =
        ref &&
        (await onLedger(() =>
          orUndefined(
            channels.cloud.evaluate(records, 'GetAccess', {
              requester,
              patientId: ref.patientId,
              requestSid: ref.sid,
            }),
            'PERMIT_UNKNOWN',
          ),
        ));
      if (access === undefined) throw new ProblemError('NOT_FOUND', 'This authority made no such attempt');
      return sendResource(reply, request, JSON.stringify(auditEvent(access)));
    },
  );
}

export function addAuditEventSearchRoute(
  app: ServiceApp,
  row: Row,
  { authorityId: requester, base, channels }: AuditEventRouteOptions,
): void {
  const { place, path } = searchPlace(row);
  app.route({
    ...place,
    schema: {
      hide: true,
      problems: [...ledgerAnswers, 'CURSOR_INVALID'],
      querystring: closedObject({ ...FORMAT, ...PAGE, ...ELEMENTS, patient: Type.String({ minLength: 1 }) }),
      response: { 200: resourceAnswer('A Bundle of type searchset, oldest first') },
    },
    handler: async (request, reply) => {
      const { patient, _count: limit, _cursor: cursor } = request.query;
      const patientId = patientIn(patient, base);
      const asked = { patientId, requester, ...pageArgs({ limit, ...(cursor !== undefined && { cursor }) }) };
      const { rows, bookmark } = await onLedger(() =>
        channels.cloud.evaluate(records, 'ListAccesses', asked),
      );
      const page = { resources: rows.map(auditEvent), next: nextOf(bookmark) };
      return sendSearchset(reply, request, page, { base, path });
    },
  });
}

/** As IHE BALP has it (packages/disclosure), under the id that it has on this server. */
function auditEvent(access: AccessState): Json {
  const event = mapObjects(auditEventOf({ access }), byResourceId) as Json;
  return { ...event, id: statementIdOf({ ...access, sid: access.requestSid }) };
}
