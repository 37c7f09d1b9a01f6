import { PatientId } from '@careledger/domain';
import { Type, type Static } from 'typebox';

const LIST_LIMIT_DEFAULT = 100;
const LIST_LIMIT_MAX = 500;

export const PatientParams = Type.Object({ patientId: PatientId });

export const Passphrase = Type.String({
  minLength: 1,
  maxLength: 1_024,
  description: 'Opens the consent key',
});

/** Which part of a list that can grow without bound. */
export const ListQuery = Type.Object({
  /** As the page before returned it. */
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  limit: Type.Integer({ minimum: 1, maximum: LIST_LIMIT_MAX, default: LIST_LIMIT_DEFAULT }),
});
export type ListQuery = Static<typeof ListQuery>;
