import {
  AuthorityId,
  PatientId,
  Period,
  RecordId,
  RecordKind,
  RecordVersion,
  Timestamp,
} from '@careledger/domain';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

const ReceivedView = Type.Object(
  {
    recordId: RecordId,
    version: RecordVersion,
    patientId: PatientId,
    /** The four of the ledger; absent until it was asked. */
    author: Type.Optional(AuthorityId),
    kind: Type.Optional(RecordKind),
    period: Type.Optional(Period),
    storedAt: Type.Optional(Timestamp),
    tags: Type.Union([Type.Literal('unconfirmed'), Type.Literal('confirmed'), Type.Literal('corrected')], {
      description:
        'What the ledger goes by: unconfirmed: the author’s word; any denial by content keeps others from it. confirmed: this ' +
        'gateway has opened it, and the author’s tags are true. corrected: they were not, or said less',
    }),
    reason: Type.Optional(
      Type.String({
        description:
          'Why it stays unconfirmed, by code; CATEGORY_MISSING: a resource in it names no category, so that a denial by content ' +
          'may still be about it; TAG_GROUPS_OVERFLOW: it holds more kinds of resources than tags can say',
      }),
    ),
    /** Transactions that confirmed the tags. */
    cloudTxId: Type.Optional(Type.String()),
    authoritiesTxId: Type.Optional(Type.String()),
    heardAt: Timestamp,
  },
  { title: 'ReceivedView' },
);
export type ReceivedView = Static<typeof ReceivedView>;

export const ReceivedPage = Type.Object(
  { records: Type.Array(ReceivedView), next: Next },
  { title: 'ReceivedPage' },
);
export type ReceivedPage = Static<typeof ReceivedPage>;

export const OpenedReceived = Type.Object(
  { record: ReceivedView, content: Type.Unknown() },
  { title: 'OpenedReceived' },
);
export type OpenedReceived = Static<typeof OpenedReceived>;
