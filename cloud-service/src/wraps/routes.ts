import { RecordId, RecordVersion } from '@careledger/domain';
import { HeldWraps, PROVIDER_ROUTES, ReplaceWrapsAnswer, ReplaceWrapsRequest } from '@careledger/protocol';
import * as examples from '@careledger/protocol/examples';
import { requireRole, withExamples, type ServiceApp } from '@careledger/service-kit';
import { Type } from 'typebox';
import { callerOf } from '../caller.js';
import { statementAnswers } from '../route-problems.js';
import type { WrapService } from './wrap-service.js';

const Params = Type.Object({ recordId: RecordId, version: RecordVersion });
const wrapsPath = PROVIDER_ROUTES.wraps(':recordId', ':version');

export function addWrapRoutes(app: ServiceApp, service: WrapService): void {
  app.put(
    wrapsPath,
    {
      config: requireRole('system'),
      schema: {
        summary: 'Replace the wraps of a version by the set that follows',
        problems: [
          ...statementAnswers,
          'RECORD_UNKNOWN',
          'WRAP_SET_MALFORMED',
          'WRAPS_REFUSED',
          'WRAPS_SEQ_MISMATCH',
          'WRAPS_MISMATCH',
        ],
        params: Params,
        body: withExamples(ReplaceWrapsRequest, examples.replaceWrapsRequest),
        response: { 200: withExamples(ReplaceWrapsAnswer, examples.replaceWrapsAnswer) },
      },
    },
    (request) => service.replace(request.params, request.body, callerOf(request)),
  );

  app.get(
    wrapsPath,
    {
      config: requireRole('system'),
      schema: {
        summary: 'The wraps of a version, for the patient’s operator and the author',
        problems: ['RECORD_UNKNOWN', 'ORGANISATION_MISMATCH'],
        params: Params,
        response: { 200: withExamples(HeldWraps, examples.heldWraps) },
      },
    },
    async (request) => service.read(request.params, callerOf(request)),
  );
}
