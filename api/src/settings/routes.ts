import { CompactJws, SettingsBody } from '@careledger/contracts';
import { PractitionerId, closedObject } from '@careledger/domain';
import { ledgerAnswers } from '@careledger/ledger/service';
import { principalOf, requireRole, type ServiceApp, withExamples } from '@careledger/service-kit';
import { Type } from 'typebox';
import { Name } from '../http/schemas.js';
import { vouchingProblems } from '../http/route-problems.js';
import type { Issuer } from '../issuer.js';
import type { Vouching } from '../policy/vouching.js';
import { signed, wanted } from './examples.js';

export interface SettingsRouteOptions {
  readonly issuer: Issuer;
  readonly vouching: Vouching;
}

/** Either gives the right to set how a patient is watched. */
const EITHER_OF = ['modify', 'write'] as const;
const DEFAULT_PURPOSE = 'TREAT';
const { patientId, version, previous, settings, purpose } = SettingsBody.properties;

const SettingsRequest = closedObject({
  ...{ patientId, version, previous, settings, purpose },
  practitionerId: PractitionerId,
  unit: Type.Optional(Name),
});

export function addSettingsRoutes(app: ServiceApp, { issuer, vouching }: SettingsRouteOptions): void {
  app.post(
    '/v1/settings-statements',
    {
      config: requireRole('practitioner'),
      schema: {
        summary:
          'Sign a practitioner’s settings for a patient. Whoever has the statement brings it to the patient’s gateway, ' +
          'which asks the ledger whether the practitioner may',
        problems: [...vouchingProblems, 'TOO_MANY_TAGS', ...ledgerAnswers],
        body: withExamples(SettingsRequest, wanted),
        response: { 201: withExamples(Type.Object({ statement: CompactJws }), signed) },
      },
    },
    async (request, reply) => {
      const { practitionerId, unit, purpose = DEFAULT_PURPOSE, ...stated } = request.body;
      const claim = { practitionerId, ...(unit !== undefined && { unit }) };
      const person = vouching.personOf(principalOf(request), claim);
      const granteeTags = await vouching.granteeTags(stated.patientId, person, EITHER_OF, purpose);
      const body = { ...stated, practitionerId, purpose, granteeTags };
      return reply.status(201).send({ statement: issuer.make('settings', ['authorities'], body) });
    },
  );
}
