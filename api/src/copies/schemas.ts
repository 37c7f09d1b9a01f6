import { ReadingAnchorState } from '@careledger/contracts';
import { NullOr, RecordId, RecordVersion, Sha256, Timestamp } from '@careledger/domain';
import { Type } from 'typebox';
import { DAY_VERDICTS } from './reading-days.js';

export const CopiedResource = Type.Object(
  {
    recordId: RecordId,
    version: RecordVersion,
    /** Place of its entry in the record's bundle, from 0. */
    entry: Type.Integer({ minimum: 0 }),
    resource: Type.Unknown({ description: 'FHIR R4, its numbers as they were written' }),
  },
  { title: 'CopiedResource' },
);

/** How much of what may be kept of a patient is kept. */
export const CopyProgress = Type.Object(
  {
    /** Records of which a copy is kept. */
    kept: Type.Integer({ minimum: 0 }),
    /** Records that are known of and wait to be copied. */
    waiting: Type.Integer({ minimum: 0 }),
    /** What was announced before the grant is looked for by the start of its time, newest first: so far back. */
    lookedBackTo: NullOr(Timestamp),
    isComplete: Type.Boolean({ description: 'All of it was looked through, and nothing waits' }),
  },
  { title: 'CopyProgress' },
);

/** A day of the log of who read copies, held against the ledger. */
export const CheckedReadingDay = Type.Object(
  {
    day: ReadingAnchorState.properties.day,
    lines: Type.Integer({ minimum: 0 }),
    salt: Type.String({
      description: 'With it, and the lines as `GET /v1/audit` has them, anybody computes the hash',
    }),
    hash: Sha256,
    /** What the ledger has of it. */
    anchor: NullOr(ReadingAnchorState),
    verdict: Type.Enum([...DAY_VERDICTS]),
  },
  { title: 'CheckedReadingDay' },
);
