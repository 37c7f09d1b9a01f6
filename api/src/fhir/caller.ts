import { PractitionerId, PurposeOfUse } from '@careledger/domain';
import { Type } from 'typebox';
import { readerOf, type Reader } from '../access/reader.js';
import { Name } from '../http/schemas.js';

/** For whom within the authority, and why: FHIR has no place for it in a query, so that it is said in headers. */
export const CallerHeaders = Type.Object({
  'x-careledger-purpose': Type.Optional(PurposeOfUse),
  'x-careledger-practitioner': Type.Optional(PractitionerId),
  'x-careledger-unit': Type.Optional(Name),
});

type Request = Parameters<typeof readerOf>[0] & {
  readonly headers: {
    readonly 'x-careledger-purpose'?: PurposeOfUse;
    readonly 'x-careledger-practitioner'?: string;
    readonly 'x-careledger-unit'?: string;
  };
};

/** Who asks, by token and headers. */
export function callerOf(request: Request): Reader {
  const { headers } = request;
  const purpose = headers['x-careledger-purpose'];
  const practitionerId = headers['x-careledger-practitioner'];
  const unit = headers['x-careledger-unit'];
  return readerOf(request, {
    ...(purpose !== undefined && { purpose }),
    ...(practitionerId !== undefined && { practitionerId }),
    ...(unit !== undefined && { unit }),
  });
}
