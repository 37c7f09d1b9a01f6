import type { StatedSettings, StatementBody } from '@careledger/contracts';
import { toBase64url } from '@careledger/crypto';
import type { Vector } from '@careledger/spec';
import { statementHash } from '@careledger/statements';
import {
  AUTHORITY,
  BEFORE,
  DEVICE,
  NOW,
  OTHER_DEVICE,
  OTHER_PATIENT,
  PRACTITIONER,
  altered,
  common,
  consent,
  consentKey,
  formerHospital,
  hospital,
  patientId,
  said,
  settingsBody,
  signedText,
  stranger,
  type OwnGatewayVector,
} from './fixtures.js';

/** A `settings` statement, what is in force when it comes, and what judges from then on. */
type SettingsVector = OwnGatewayVector & {
  kind: 'settings';
  consentKey: string;
  /** The authority's key in force. */
  authorityKey: string;
  /** Devices of the patient. */
  devices: readonly string[];
  /** Version in force; absent before the first. */
  inForce?: { version: number; hash: string; patient: StatedSettings; authority: StatedSettings };
  /** Valid ones: members of the configuration that follows. */
  result?: object;
};

const TIGHT: StatedSettings = { glucose: { veryLowMgPerDl: 60 } };
const LOOSE: StatedSettings = { glucose: { veryLowMgPerDl: 45 } };
const ONE = { version: 1, hash: BEFORE, patient: {}, authority: {} };
const underOne = { version: 2, previous: BEFORE };

const base = {
  kind: 'settings' as const,
  ...common,
  ...{ consentKey, authorityKey: toBase64url(hospital.publicKey), devices: [DEVICE] },
};

const byPatient = (settings: StatedSettings, more: Partial<StatementBody<'settings'>> = {}): string =>
  said('settings', settingsBody(settings, more));
const byHospital = (settings: StatedSettings, more: Partial<StatementBody<'settings'>> = {}): string =>
  said('settings', settingsBody(settings, { practitionerId: PRACTITIONER, ...more }), {
    ...{ iss: AUTHORITY, signer: hospital },
  });

export function validSettings(): Vector<SettingsVector>[] {
  const make = (
    name: string,
    description: string,
    token: string,
    { inForce, result }: Pick<SettingsVector, 'inForce' | 'result'>,
  ): Vector<SettingsVector> => ({
    ...{ name: `settings-${name}`, description, ...base, token, hash: statementHash(token) },
    ...(inForce && { inForce }),
    ...(result && { result }),
  });
  return [
    make('by-the-patient', 'The first version: a stricter limit', byPatient(TIGHT), {
      result: { glucose: { veryLowMgPerDl: 60, veryHighMgPerDl: 250 } },
    }),
    make('that-say-nothing', 'No member: the published values count again', byPatient({}, underOne), {
      inForce: { version: 1, hash: BEFORE, patient: TIGHT, authority: {} },
      result: { glucose: { veryLowMgPerDl: 54 } },
    }),
    make(
      'of-a-practitioner',
      'Scale 2 and a looser limit, by an authority for one of its people',
      byHospital({ ...LOOSE, news2: { spo2Scale: 2 } }),
      { result: { glucose: { veryLowMgPerDl: 45 }, news2: { spo2Scale: 2 } } },
    ),
    make(
      'of-a-practitioner-beside-stricter-ones-of-the-patient',
      'Of a limit the stricter counts: a looser one of the authority leaves the patient’s as it is',
      byHospital(
        { glucose: { veryLowMgPerDl: 45, veryHighMgPerDl: 240, recoveredHighMgPerDl: 220 } },
        underOne,
      ),
      {
        inForce: { version: 1, hash: BEFORE, patient: TIGHT, authority: {} },
        result: { glucose: { veryLowMgPerDl: 60, veryHighMgPerDl: 240, recoveredHighMgPerDl: 220 } },
      },
    ),
    make(
      'of-the-patient-down-to-what-a-practitioner-allows',
      'As loose as the authority’s, no looser',
      byPatient(LOOSE, underOne),
      { inForce: { version: 1, hash: BEFORE, patient: {}, authority: LOOSE }, result: LOOSE },
    ),
    make(
      'limits-that-cross',
      'Each statement is sound, together they cross: the stricter leads',
      byPatient({ glucose: { veryLowMgPerDl: 75, recoveredLowMgPerDl: 80 } }, underOne),
      {
        inForce: {
          ...{ version: 1, hash: BEFORE, patient: {} },
          authority: { glucose: { recoveredLowMgPerDl: 70 }, news2: { highTotal: 4, total: 3 } },
        },
        result: {
          glucose: { veryLowMgPerDl: 75, recoveredLowMgPerDl: 80 },
          news2: { total: 3, highTotal: 4 },
        },
      },
    ),
    make(
      'facts-of-which-the-newer-counts',
      'Birth year and pregnancy by the patient, after an authority said otherwise',
      byPatient({ person: { birthYear: 1990, isPregnant: false }, windowMs: 900_000 }, underOne),
      {
        inForce: {
          ...{ version: 1, hash: BEFORE, patient: {} },
          authority: { person: { birthYear: 1980, isPregnant: true }, windowMs: 1_800_000 },
        },
        result: { person: { birthYear: 1990, isPregnant: false }, windowMs: 900_000 },
      },
    ),
    make(
      'of-a-device',
      'What it can measure, and since when its sensor is worn',
      byPatient({
        devices: {
          [DEVICE]: { instrumentRange: { low: 50, high: 300 }, sensorSince: '2026-01-01T00:00:00Z' },
        },
      }),
      {
        result: {
          devices: { [DEVICE]: { instrumentRange: { low: 50, high: 300 }, sensorSince: NOW * 1_000 } },
        },
      },
    ),
    make(
      'never',
      'null is never: an authority switches a notice of silence off',
      byHospital({ silence: { cgmMs: null } }),
      {
        result: { silence: { cgmMs: null } },
      },
    ),
    make(
      'on-both-channels',
      'A channel more does no harm',
      said('settings', settingsBody({ fever: { isOn: true } }), { channels: ['authorities', 'cloud'] }),
      { result: { fever: { isOn: true, fromCel: 38 } } },
    ),
  ];
}

type Attack = readonly [
  name: string,
  description: string,
  token: string,
  more?: Pick<SettingsVector, 'inForce' | 'statementCode'>,
];

export function invalidSettings(): Vector<SettingsVector>[] {
  const all = (code: string, attacks: readonly Attack[]): Vector<SettingsVector>[] =>
    attacks.map(([name, description, token, more]) => ({
      ...{ name: `settings-${name}`, description, ...base, token, ...more, code },
    }));
  return [
    ...all('SETTINGS_STATEMENT_REFUSED', refused()),
    ...all('VERSION_CHANGED', [
      [
        'replayed-over-a-newer-version',
        'The first version again after the second: it would take back what was said since',
        byPatient({}, {}),
        { inForce: { ...ONE, version: 2 } },
      ],
      [
        'of-a-version-to-come',
        'A version is left out',
        byPatient({}, { version: 3, previous: BEFORE }),
        { inForce: ONE },
      ],
      [
        'on-top-of-another-version',
        'The number fits, the version before is another',
        byPatient({}, { version: 2, previous: 'c'.repeat(64) }),
        { inForce: ONE },
      ],
      ['first-version-with-a-version-before', 'There is none', byPatient({}, { previous: BEFORE })],
    ]),
    ...all('SETTINGS_INVALID', [
      [
        'thresholds-that-do-not-rise',
        'Very low above recovered',
        byPatient({ glucose: { veryLowMgPerDl: 100 } }),
      ],
      [
        'threshold-in-another-unit',
        '3.9 is mmol/L: very low would never be met',
        byPatient({ glucose: { veryLowMgPerDl: 3.9 } }),
      ],
      ['silence-in-minutes', '30 is minutes, not milliseconds', byHospital({ silence: { cgmMs: 30 } })],
      [
        'limit-beyond-its-range',
        'Out of reach: the rule would be silenced',
        byHospital({ glucose: { veryHighMgPerDl: 1_000, recoveredHighMgPerDl: 300 } }),
      ],
      ['window-of-a-moment', 'A record for every millisecond', byPatient({ windowMs: 1 })],
      [
        'device-of-another-patient',
        'Not registered for this patient',
        byPatient({ devices: { [OTHER_DEVICE]: {} } }),
      ],
      [
        'sensor-of-another-patient',
        'Shares the sensor of a device that is not the patient’s',
        byPatient({ devices: { [DEVICE]: { sameSensorAs: OTHER_DEVICE } } }),
      ],
    ]),
    ...all('SETTINGS_LOOSENED', [
      ['loosened-by-the-patient', 'Below the published limit', byPatient(LOOSE)],
      [
        'loosened-by-the-patient-below-the-authority',
        'Below what the authority allows',
        byPatient({ glucose: { veryLowMgPerDl: 44 } }, underOne),
        { inForce: { ...ONE, authority: LOOSE } },
      ],
      ['scale-2-by-the-patient', 'A practitioner’s decision', byPatient({ news2: { spo2Scale: 2 } })],
      [
        'single-parameter-never-by-the-patient',
        'null is the loosest',
        byPatient({ news2: { singleParameter: null } }),
      ],
      [
        'fever-off-by-the-patient',
        'An authority has switched it on',
        byPatient({ fever: { isOn: false } }, underOne),
        { inForce: { ...ONE, authority: { fever: { isOn: true } } } },
      ],
    ]),
  ];
}

function refused(): Attack[] {
  const good = byPatient(TIGHT);
  const signature = { statementCode: 'STATEMENT_SIGNATURE_INVALID' };
  return [
    [
      'of-another-patient',
      'Signed by whom it is about, brought to another',
      said('settings', settingsBody({}, { patientId: OTHER_PATIENT }), {
        iss: OTHER_PATIENT,
        signer: stranger,
      }),
    ],
    [
      'by-another-patient',
      'A patient is no authority over another',
      said('settings', settingsBody({}), { iss: OTHER_PATIENT, signer: stranger }),
    ],
    [
      'by-a-provider',
      'A provider states nothing',
      said('settings', settingsBody({}, { practitionerId: PRACTITIONER }), {
        iss: 'prv_cloud-a',
        signer: hospital,
      }),
    ],
    [
      'for-nobody-of-the-authority',
      'An authority names a practitioner',
      said('settings', settingsBody(LOOSE), { iss: AUTHORITY, signer: hospital }),
    ],
    [
      'signed-by-a-stranger',
      'In the patient’s name and key ID, by another key',
      said('settings', settingsBody(LOOSE), { signer: { ...stranger, kid: consent.kid } }),
      signature,
    ],
    [
      'of-a-key-that-is-not-registered',
      'In the patient’s name, under another key ID',
      said('settings', settingsBody({}), { signer: stranger }),
      { statementCode: 'STATEMENT_KEY_UNKNOWN' },
    ],
    [
      'by-a-former-key-of-the-authority',
      'Rotated away',
      said('settings', settingsBody(LOOSE, { practitionerId: PRACTITIONER }), {
        iss: AUTHORITY,
        signer: formerHospital,
      }),
      { statementCode: 'STATEMENT_KEY_UNKNOWN' },
    ],
    [
      'by-the-patient-in-the-name-of-the-authority',
      'So as to loosen',
      said('settings', settingsBody(LOOSE, { practitionerId: PRACTITIONER }), { iss: AUTHORITY }),
      { statementCode: 'STATEMENT_KEY_UNKNOWN' },
    ],
    ['altered', 'Another limit under the signature', altered(good, { from: '60', to: '45' }), signature],
    [
      'of-another-network',
      'Made for a test network',
      said('settings', settingsBody({}), { aud: 'elsewhere' }),
      { statementCode: 'STATEMENT_AUDIENCE_MISMATCH' },
    ],
    ['for-the-cloud', 'Not for this channel', said('settings', settingsBody({}), { channels: ['cloud'] })],
    [
      'from-the-future',
      'iat 121 s ahead',
      said('settings', settingsBody({}), { iat: NOW + 121 }),
      { statementCode: 'STATEMENT_FROM_FUTURE' },
    ],
    [
      'of-another-kind',
      'A mute offered as settings',
      said('settings', settingsBody({}), { as: 'muteAlarms' }),
    ],
    [
      'with-an-unknown-limit',
      'A limit that no rule has would be believed to count',
      said('settings', { ...settingsBody({}), settings: { glucose: { lowMgPerDl: 70 } } }),
    ],
    [
      'with-a-limit-as-text',
      'Numbers are numbers',
      said('settings', { ...settingsBody({}), settings: { glucose: { veryLowMgPerDl: '60' } } }),
    ],
    ['version-0', 'Versions count from 1', said('settings', { ...settingsBody({}), version: 0 })],
    [
      'without-previous',
      'A member that may not be absent',
      said('settings', { patientId, version: 1, settings: {} }),
    ],
    [
      'with-a-limit-twice',
      'Two readers could see two limits',
      signedText(
        'settings',
        JSON.stringify({
          iss: patientId,
          aud: common.networkId,
          channels: ['authorities'],
          sid: 'AAECAwQFBgcICQoLDA0ODw',
          iat: NOW,
          body: settingsBody(TIGHT),
        }).replace('"veryLowMgPerDl":60', '"veryLowMgPerDl":60,"veryLowMgPerDl":45'),
      ),
      { statementCode: 'STATEMENT_MALFORMED' },
    ],
  ];
}
