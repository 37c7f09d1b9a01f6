import { AlarmId, CompactJws } from '@careledger/contracts';
import {
  AuthorityId,
  PatientId,
  PractitionerId,
  RecordId,
  RecordVersion,
  Timestamp,
  closedObject,
} from '@careledger/domain';
import { Next } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { TECHNICAL_CAUSES } from '../../alarms/technical-alarm-store.js';
import { RecoveryNotice } from '../recoveries/schemas.js';
import { ListQuery, Passphrase } from '../schemas.js';

export const AlarmParams = Type.Object({ patientId: PatientId, alarmId: AlarmId });

export const AlarmsQuery = Type.Object({
  ...ListQuery.properties,
  shown: Type.Optional(Type.Boolean({ description: 'Only what is to be shown now, or only what is not' })),
});
export type AlarmsQuery = Static<typeof AlarmsQuery>;

const AlarmAcknowledgementView = Type.Object(
  {
    by: Type.Union([Type.Literal('patient'), AuthorityId]),
    practitionerId: Type.Optional(PractitionerId),
    /** Of the record that it was about. */
    version: Type.Optional(RecordVersion),
    at: Timestamp,
    statement: Type.String(),
  },
  { title: 'AlarmAcknowledgementView' },
);

const RecipientView = Type.Object(
  {
    authorityId: AuthorityId,
    version: RecordVersion,
    status: Type.Union(
      [
        Type.Literal('on-its-way'),
        Type.Literal('told'),
        Type.Literal('acknowledged'),
        Type.Literal('given-up'),
      ],
      { description: 'told: the authority has signed that it has it' },
    ),
    at: Timestamp,
  },
  { title: 'RecipientView' },
);

export const AlarmView = Type.Object(
  {
    alarmId: AlarmId,
    /** A rule of the clinical rules. */
    rule: Type.String(),
    type: Type.Union([Type.Literal('physiological'), Type.Literal('technical')]),
    priority: Type.Union([Type.Literal('high'), Type.Literal('medium'), Type.Literal('low')]),
    status: Type.Union([Type.Literal('open'), Type.Literal('ended'), Type.Literal('withdrawn')]),
    /** Only doubtful readings speak for it. */
    unconfirmed: Type.Boolean(),
    /** It was news no more when it was raised. */
    late: Type.Boolean(),
    marks: Type.Array(Type.String()),
    startedAt: Timestamp,
    raisedAt: Timestamp,
    endedAt: Type.Optional(Timestamp),
    endReason: Type.Optional(Type.String()),
    isAcknowledged: Type.Boolean({
      description: 'By a recipient or by the patient, since it was last raised, confirmed or escalated',
    }),
    isLatched: Type.Boolean({
      description: 'Of high priority, over, and not acknowledged: it stays shown until it is',
    }),
    isShown: Type.Boolean({ description: 'It lasts, or it is latched' }),
    isSilenced: Type.Boolean({ description: 'The patient has muted its sound; never of high priority' }),
    recordId: Type.Optional(RecordId),
    recipients: Type.Array(RecipientView),
    acknowledgements: Type.Array(AlarmAcknowledgementView),
  },
  { title: 'AlarmView' },
);
export type AlarmView = Static<typeof AlarmView>;

/** That somebody may not hear of an alarm, or that the patient may not read. IEC 60601-1-8: technical; medium priority is our choice. */
export const DeliveryAlarmView = Type.Object(
  {
    alarmId: AlarmId,
    cause: Type.Enum([...TECHNICAL_CAUSES], {
      description:
        'notice-undelivered: an authority does not have it in time; it is tried further. notice-too-large: it goes by the ledger alone. ' +
        'record-unmade, record-refused: the record cannot be made, or no ledger takes it. records-key-differs: this gateway and both ' +
        'ledgers do not have the same key for the patient’s records, as after an old backup was put back; the patient has another one ' +
        'appointed (`POST …/keys/offer`)',
    }),
    type: Type.Literal('technical'),
    priority: Type.Literal('medium'),
    authorityId: Type.Optional(AuthorityId),
    /** The alarm whose record it is. */
    about: Type.Optional(AlarmId),
    raisedAt: Timestamp,
    endedAt: Type.Optional(Timestamp),
  },
  { title: 'DeliveryAlarmView' },
);
export type DeliveryAlarmView = Static<typeof DeliveryAlarmView>;

const MutedUntil = Type.Union([Type.Null(), Timestamp], {
  description: 'Until when sounds are muted; null if they are not',
});

export const MuteBody = Type.Union([
  closedObject({ statement: CompactJws }),
  closedObject({ until: Timestamp, passphrase: Passphrase }),
]);
export type MuteBody = Static<typeof MuteBody>;

export const MuteView = Type.Object({ mutedUntil: MutedUntil });
export type MuteView = Static<typeof MuteView>;

export const AlarmsPage = Type.Object({
  mutedUntil: MutedUntil,
  alarms: Type.Array(AlarmView),
  delivery: Type.Array(DeliveryAlarmView, {
    description:
      'Alarms about the way of alarms, and about the key for the patient’s records, that last, or ended within seven days: the same on every page',
  }),
  recoveries: Type.Array(RecoveryNotice, {
    description:
      'Recoveries of the consent key that are under way, or were over within 30 days: the same on every page. Whoever holds the key ' +
      'that is said to be lost objects to one that nobody should have opened',
  }),
  next: Next,
});
export type AlarmsPage = Static<typeof AlarmsPage>;
