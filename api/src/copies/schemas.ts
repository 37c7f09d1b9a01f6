import { RecordId, RecordVersion } from '@careledger/domain';
import { Type } from 'typebox';

/** A FHIR R4 resource, as far as every one has it. */
export const Resource = Type.Object({ resourceType: Type.String() }, { title: 'Resource' });

export const CopiedResource = Type.Object(
  {
    recordId: RecordId,
    version: RecordVersion,
    /** Place of its entry in the record's bundle, from 0. */
    entry: Type.Integer({ minimum: 0 }),
    resource: Resource,
  },
  { title: 'CopiedResource' },
);
