import { AccessState, PAGE_MAX_ROWS } from '@careledger/contracts';
import { RecordId, Timestamp } from '@careledger/domain';
import { Next, pageQuery } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

/** Proofs of pages are signed each: few large ones cost the peers less than many small ones. */
const { cursor } = pageQuery({ byDefault: PAGE_MAX_ROWS, max: PAGE_MAX_ROWS });

export const DisclosureQuery = Type.Object({
  from: Type.Optional(Timestamp),
  to: Type.Optional(
    Type.Unsafe<string>({ ...Timestamp, description: 'Exclusive. Default, and at most: now' }),
  ),
  requester: Type.Optional(AccessState.properties.requester),
  recordId: Type.Optional(RecordId),
  decision: Type.Optional(AccessState.properties.decision),
  perPage: Type.Integer({
    ...{ minimum: 1, maximum: PAGE_MAX_ROWS, default: PAGE_MAX_ROWS },
    description: 'Attempts of one page, at most',
  }),
  cursor,
});
export type DisclosureQuery = Static<typeof DisclosureQuery>;

/** A FHIR R4 Bundle (spec/disclosure.md). */
const DisclosureBundle = Type.Object(
  {
    resourceType: Type.Literal('Bundle'),
    id: Type.String(),
    identifier: Type.Object({ system: Type.String(), value: Type.String() }),
    type: Type.Literal('collection'),
    timestamp: Timestamp,
    entry: Type.Array(Type.Object({ fullUrl: Type.String(), resource: Type.Unknown() })),
  },
  { title: 'DisclosureBundle' },
);

export const DisclosurePage = Type.Object(
  { statement: DisclosureBundle, next: Next },
  { title: 'DisclosurePage' },
);
export type DisclosurePage = Static<typeof DisclosurePage>;
