import { ChannelName, PatientId, closedObject } from '@careledger/domain';
import { jobOf, type JobWords } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { DIFFERENCE_CODES, type DifferenceCode } from '../../reconcile/index.js';

/** Differences that one answer lists. */
export const LISTED_MAX = 500;

export const ReconciliationBody = closedObject({
  patientId: Type.Optional(Type.Unsafe<string>({ ...PatientId, description: 'Default: every patient' })),
  repair: Type.Optional(
    Type.Boolean({
      default: false,
      description:
        'Put what mends a difference on its way, where this gateway can. Asked for again, it has no further effect. ' +
        'Grants that one channel lacks are sent again in any case',
    }),
  ),
});
export type ReconciliationBody = Static<typeof ReconciliationBody>;

const codes = Object.keys(DIFFERENCE_CODES) as DifferenceCode[];
const Difference = Type.Object(
  {
    code: Type.Unsafe<DifferenceCode>({
      type: 'string',
      enum: codes,
      description: codes.map((code) => `\`${code}\`: ${DIFFERENCE_CODES[code]}`).join('. '),
    }),
    patientId: PatientId,
    /** That lacks something. */
    channel: Type.Union([ChannelName, Type.Null()]),
    about: Type.String({
      description:
        'A grant’s id, `recordId/version`, `authorityId/visitId`, `authorityId/grantId`, `mspId/txId`, or `providerId/policyVersion`',
    }),
    detail: Type.String({ description: 'What it is, and what mends it' }),
    repair: Type.Enum(['sent', 'possible', 'none'], {
      description: '`none`: others have to, as the code says',
    }),
  },
  { title: 'Difference' },
);

export const ReconciliationView = Type.Object(
  {
    patients: Type.Integer({ description: 'How many were compared' }),
    underWay: Type.Integer({
      description: 'Patients with a decision on its way to the ledgers, who were not: compare again',
    }),
    total: Type.Integer(),
    differences: Type.Array(Difference, { description: `Of \`total\`, at most ${LISTED_MAX}` }),
  },
  { title: 'ReconciliationView' },
);
export type ReconciliationView = Static<typeof ReconciliationView>;
export const ReconciliationJob = jobOf('ReconciliationJob', Type.Union([ReconciliationView, Type.Null()]));
export const RECONCILIATION = { kind: 'reconciliation', stages: ['patients'] } as const satisfies JobWords;
