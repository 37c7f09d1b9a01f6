import { RegisterPractitionerBody } from '@careledger/contracts';
import { NullOr, PractitionerId, closedObject } from '@careledger/domain';
import { Type } from 'typebox';
import { Name } from '../http/schemas.js';
import { PRACTITIONER_STAGES, type Practitioner } from './practitioner-store.js';

const IDENTITY_MAX_CHARS = 256;
const Text = Type.String({ minLength: 1, maxLength: IDENTITY_MAX_CHARS });
const { role } = RegisterPractitionerBody.properties;
const IdentityBody = closedObject(
  { identifier: Text, name: Type.Optional(Text) },
  { title: 'PractitionerIdentity' },
);

/** A practitioner, as ops and auditors see it. */
export const ShownPractitioner = Type.Object(
  {
    practitionerId: PractitionerId,
    role,
    unit: NullOr(Type.String()),
    identity: IdentityBody,
    stage: Type.Enum([...PRACTITIONER_STAGES]),
    txIds: Type.Record(Type.String(), Type.String()),
    reason: NullOr(Type.String()),
  },
  { title: 'ShownPractitioner' },
);

/** Who is to be registered. */
export const NewPractitionerBody = closedObject({ role, unit: Type.Optional(Name), identity: IdentityBody });

/** A practitioner, without the statement that is on its way. */
export function shown({ practitionerId, role, unit, identity, stage, txIds, refusal }: Practitioner) {
  return { practitionerId, role, unit, identity, stage, txIds: { ...txIds }, reason: refusal };
}
