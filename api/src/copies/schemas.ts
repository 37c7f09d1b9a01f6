import { RecordId, RecordVersion } from '@careledger/domain';
import { Type } from 'typebox';

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
