import { PatientId } from '@careledger/domain';
import { pageQuery } from '@careledger/service-kit';
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
export const ListQuery = Type.Object(pageQuery({ byDefault: LIST_LIMIT_DEFAULT, max: LIST_LIMIT_MAX }));
export type ListQuery = Static<typeof ListQuery>;
