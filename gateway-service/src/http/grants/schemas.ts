import { CompactJws, NoticeRank } from '@careledger/contracts';
import {
  AuthorityId,
  ChannelName,
  Id128,
  PatientId,
  Permission,
  PractitionerId,
  PurposeOfUse,
  ScopeTerm,
  Timestamp,
  closedObject,
} from '@careledger/domain';
import { GrantMeaning } from '@careledger/protocol';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import type { JobOutcome } from '../../consent/index.js';
import { Passphrase } from '../schemas.js';

const word = Type.String({ minLength: 1, maxLength: 64 });

export const GrantParams = Type.Object({ patientId: PatientId, grantId: Id128 });

/** What the patient may say of a grant, besides whom it is for. */
export const GrantTermsBody = {
  permissions: Type.Array(Permission, { minItems: 1, uniqueItems: true }),
  purposes: Type.Array(PurposeOfUse, { minItems: 1, uniqueItems: true }),
  /** None: every record. */
  scope: Type.Optional(Type.Array(ScopeTerm, { maxItems: 16 })),
  /** None: anybody within the authority. */
  grantee: Type.Optional(
    Type.Array(
      Type.Union([
        closedObject({ unit: word }),
        closedObject({ role: word }),
        closedObject({ practitionerId: PractitionerId }),
      ]),
      { maxItems: 16 },
    ),
  ),
  from: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
  delegable: Type.Optional(Type.Boolean()),
  /** Who is told of an emergency first, 1 unless said; the next rank is where nobody acknowledges in time. */
  noticeRank: Type.Optional(NoticeRank),
  note: Type.Optional(Type.String({ maxLength: 1_000 })),
};

/** Ready from the patient's app. */
const Ready = closedObject({ statement: CompactJws });
export const ReadyOrPassphrase = Type.Union([Ready, closedObject({ passphrase: Passphrase })]);
export type ReadyOrPassphrase = Static<typeof ReadyOrPassphrase>;

export const GrantBody = Type.Union([
  Ready,
  closedObject({
    grant: closedObject({ authorityId: AuthorityId, ...GrantTermsBody }),
    passphrase: Passphrase,
  }),
]);
export type GrantBody = Static<typeof GrantBody>;

export const SignRevocationBody = closedObject({ grantId: Type.Optional(Id128), passphrase: Passphrase });
export type SignRevocationBody = Static<typeof SignRevocationBody>;

/** A decision: done on every channel (200), or on its way (202). */
const JobView = Type.Object({
  /** The statement's id; of a grant, the grant's. Of a decision that others brought to the ledgers, that of what it ends. */
  statementId: Id128,
  status: Type.Union([Type.Literal('done'), Type.Literal('open')]),
  channels: Type.Array(
    Type.Object({
      channel: ChannelName,
      status: Type.String(),
      txId: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
  already: Type.Optional(
    Type.Literal(true, {
      description:
        'The ledgers had this decision before: nothing was sent, the transactions are the earlier ones',
    }),
  ),
});
export const jobResponses = { 200: JobView, 202: JobView };
/** @returns the status of {@link jobResponses} that an outcome is answered with */
export const statusOf = ({ status }: Pick<JobOutcome, 'status'>): 200 | 202 =>
  status === 'done' ? 200 : 202;

const GrantView = Type.Object({
  grantId: Id128,
  patientId: PatientId,
  authorityId: AuthorityId,
  policySeq: Type.Integer(),
  /** pending: no channel has it yet; refused: none will. */
  status: Type.String(),
  permissions: Type.Array(Permission),
  purposes: Type.Array(PurposeOfUse),
  from: Timestamp,
  until: Type.Optional(Timestamp),
  subscriptionId: Type.Optional(Id128),
  /** What its tags mean; absent where the patient's app made it. */
  meaning: Type.Optional(GrantMeaning),
  madeAt: Timestamp,
  revokedAt: Type.Optional(Timestamp),
  channels: JobView.properties.channels,
});
export type GrantView = Static<typeof GrantView>;

export const GrantsPage = Type.Object({
  grants: Type.Array(GrantView),
  nextPolicySeq: Type.Integer(),
  next: Next,
});
export type GrantsPage = Static<typeof GrantsPage>;
