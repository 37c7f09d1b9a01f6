import type { Vector } from '@careledger/spec';
import { statementHash } from '@careledger/statements';
import {
  AUTHORITY,
  NOW,
  OTHER_PATIENT,
  altered,
  common,
  consent,
  consentKey,
  gateway,
  hospital,
  said,
  stranger,
  type OwnGatewayVector,
} from './fixtures.js';

/** What the patient says to the own gateway about alarms. */
type PatientWordVector = OwnGatewayVector & {
  consentKey: string;
  /** Of acknowledgeAlarm: to which alarm it was brought. */
  alarmId?: string;
};

const ALARM = 'glucose-very-low.1767225000000';
/** RFC 3339, so many minutes from now. */
const at = (minutes: number): string => new Date((NOW + minutes * 60) * 1_000).toISOString();
const REFUSED = 'CONSENT_STATEMENT_REFUSED';

const kinds = {
  acknowledgeAlarm: { base: { kind: 'acknowledgeAlarm', alarmId: ALARM }, name: 'acknowledge-alarm' },
  muteAlarms: { base: { kind: 'muteAlarms' }, name: 'mute-alarms' },
} as const;
type Kind = keyof typeof kinds;

const make = (
  kind: Kind,
  [name, description]: readonly [name: string, description: string],
  token: string,
  more: Partial<OwnGatewayVector>,
): Vector<PatientWordVector> => ({
  ...{ name: `${kinds[kind].name}-${name}`, description, ...kinds[kind].base, ...common, consentKey, token },
  ...more,
});

export function validWords(): Vector<PatientWordVector>[] {
  const valid = (kind: Kind, name: string, description: string, body: object) => {
    const token = said(kind, body);
    return make(kind, [name, description], token, { hash: statementHash(token) });
  };
  return [
    valid('acknowledgeAlarm', 'seen', 'The patient has seen the alarm', { alarmId: ALARM }),
    valid('muteAlarms', 'for-an-hour', 'No sounds but those of high priority', { until: at(60) }),
    valid('muteAlarms', 'as-long-as-may-be', '2 h from when the gateway gets it', { until: at(120) }),
    valid('muteAlarms', 'over', 'A time that is over ends a mute', { until: at(-1) }),
  ];
}

export function invalidWords(): Vector<PatientWordVector>[] {
  const bodies = { acknowledgeAlarm: { alarmId: ALARM }, muteAlarms: { until: at(60) } };
  const others = { acknowledgeAlarm: 'muteAlarms', muteAlarms: 'acknowledgeAlarm' } as const;
  const changes = {
    acknowledgeAlarm: { from: 'very-low', to: 'very-high' },
    muteAlarms: { from: 'T01', to: 'T02' },
  };
  const each = (['acknowledgeAlarm', 'muteAlarms'] as const).flatMap((kind) => {
    const body = bodies[kind];
    const refused = (name: string, description: string, token: string, statementCode?: string) =>
      make(kind, [name, description], token, { code: REFUSED, ...(statementCode && { statementCode }) });
    const by = (more: Parameters<typeof said>[2]) => said(kind, body, more);
    return [
      refused(
        'by-another-patient',
        'In another’s name',
        by({ iss: OTHER_PATIENT, signer: stranger }),
        'STATEMENT_ISSUER_MISMATCH',
      ),
      refused(
        'by-an-authority',
        'An authority says it elsewhere, for a practitioner',
        by({ iss: AUTHORITY, signer: hospital }),
        'STATEMENT_ISSUER_MISMATCH',
      ),
      refused(
        'by-the-gateway-key',
        'The gateway does not say it for the patient',
        by({ signer: gateway }),
        'STATEMENT_KEY_UNKNOWN',
      ),
      refused(
        'signed-by-a-stranger',
        'The patient’s key ID, another key',
        by({ signer: { ...stranger, kid: consent.kid } }),
        'STATEMENT_SIGNATURE_INVALID',
      ),
      refused(
        'altered',
        'Something else under the signature',
        altered(by({}), changes[kind]),
        'STATEMENT_SIGNATURE_INVALID',
      ),
      refused(
        'of-another-network',
        'Made for a test network',
        by({ aud: 'elsewhere' }),
        'STATEMENT_AUDIENCE_MISMATCH',
      ),
      refused('for-the-cloud', 'Not for this channel', by({ channels: ['cloud'] })),
      refused(
        'from-the-future',
        'iat 121 s ahead: kept for later',
        by({ iat: NOW + 121 }),
        'STATEMENT_FROM_FUTURE',
      ),
      refused(
        'of-another-kind',
        'Said of something else',
        by({ as: others[kind] }),
        'STATEMENT_TYPE_MISMATCH',
      ),
      refused(
        'with-a-member-too-many',
        'A member that nobody reads would be believed to count',
        said(kind, { ...body, priority: 'high' }),
      ),
      refused('without-its-member', 'An empty body', said(kind, {})),
    ];
  });
  return [
    ...each,
    make(
      'acknowledgeAlarm',
      ['of-another-alarm', 'Brought to an alarm that it does not name'],
      said('acknowledgeAlarm', { alarmId: 'glucose-very-low.1' }),
      { code: REFUSED },
    ),
    make(
      'muteAlarms',
      ['without-zone', 'A time of day somewhere'],
      said('muteAlarms', { until: '2026-01-01T01:00:00' }),
      { code: REFUSED },
    ),
    make(
      'muteAlarms',
      ['with-an-offset', 'Times are in UTC'],
      said('muteAlarms', { until: '2026-01-01T02:00:00+01:00' }),
      { code: REFUSED },
    ),
    make(
      'muteAlarms',
      ['for-too-long', 'More than 2 h'],
      said('muteAlarms', { until: new Date(NOW * 1_000 + 7_200_001).toISOString() }),
      { code: 'MUTE_TOO_LONG' },
    ),
  ];
}
