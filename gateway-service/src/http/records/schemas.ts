import { PatientId, ProviderId, RecordId, RecordKind, RecordVersion, Timestamp } from '@careledger/domain';
import { Next, pageQuery } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';

const DEFAULT_LIMIT = 50;
const LIMIT_MAX = 500;

export const RecordParams = Type.Object({ patientId: PatientId, recordId: RecordId });

export const RecordsQuery = Type.Object({
  kind: Type.Optional(RecordKind),
  ...pageQuery({ byDefault: DEFAULT_LIMIT, max: LIMIT_MAX }),
});
export type RecordsQuery = Static<typeof RecordsQuery>;

export const VersionQuery = Type.Object({ version: Type.Optional(RecordVersion) });

const VersionView = Type.Object(
  {
    recordId: RecordId,
    version: RecordVersion,
    patientId: PatientId,
    kind: RecordKind,
    period: Type.Object({ start: Timestamp, end: Timestamp }),
    /** made: on disk here; stored: on `cloud`, as a provider's receipt or the ledger says; announced: on the ledger; refused: for good. */
    stage: Type.Union([
      Type.Literal('made'),
      Type.Literal('stored'),
      Type.Literal('announced'),
      Type.Literal('refused'),
    ]),
    refusal: Type.Optional(Type.String()),
    providerId: ProviderId,
    manifestHash: Type.String(),
    madeAt: Timestamp,
    storeTxId: Type.Optional(Type.String()),
    announceTxId: Type.Optional(Type.String()),
  },
  { title: 'VersionView' },
);
export type VersionView = Static<typeof VersionView>;

export const RecordsPage = Type.Object({
  records: Type.Array(VersionView),
  next: Next,
});
export type RecordsPage = Static<typeof RecordsPage>;

export const OpenedRecord = Type.Object({ record: VersionView, content: Type.Unknown() });
export type OpenedRecord = Static<typeof OpenedRecord>;
