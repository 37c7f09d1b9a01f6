import { EXAMPLE, exampleStatement } from '@careledger/contracts/examples';
import type { ReadyOrPassphrase } from '../grants/schemas.js';
import type { AlarmView, DeliveryAlarmView, MuteBody } from './schemas.js';

const { authorityId, practitionerId, recordId } = EXAMPLE;
const [, raisedAt, toldAt, acknowledgedAt] = EXAMPLE.at;
const alarmId = `glucose-very-low.${Date.parse(raisedAt)}`;

export const alarm: AlarmView = {
  alarmId,
  rule: 'glucose-very-low',
  type: 'physiological',
  priority: 'high',
  status: 'open',
  unconfirmed: false,
  late: false,
  marks: [],
  startedAt: raisedAt,
  raisedAt,
  isAcknowledged: true,
  isLatched: false,
  isShown: true,
  isSilenced: false,
  recordId,
  recipients: [{ authorityId, version: 1, status: 'acknowledged', at: toldAt }],
  acknowledgements: [
    {
      by: authorityId,
      practitionerId,
      version: 1,
      at: acknowledgedAt,
      statement: exampleStatement('acknowledgement', { recordId, version: 1, practitionerId }, authorityId),
    },
  ],
};
export const undelivered: DeliveryAlarmView = {
  alarmId: 'notice-undelivered.7',
  cause: 'notice-undelivered',
  type: 'technical',
  priority: 'medium',
  authorityId,
  about: alarmId,
  raisedAt: toldAt,
  endedAt: acknowledgedAt,
};
export const readyAcknowledgement: ReadyOrPassphrase = {
  statement: exampleStatement('acknowledgeAlarm', { alarmId }),
};
export const muteByPassphrase: MuteBody = { until: EXAMPLE.at[3], passphrase: EXAMPLE.passphrase };
export const readyMute: MuteBody = { statement: exampleStatement('muteAlarms', { until: EXAMPLE.at[3] }) };
