import type * as Testing from '@careledger/api/testing';
import { generateEd25519, generateX25519, randomId128 } from '@careledger/crypto';
import { THROUGH, kindOf, type AttemptKind, type Try } from '../attempt.js';

/** The parts of an authority's api, of whatever build. */
export type GateBuild = Pick<typeof Testing, 'TestHospital' | 'Unread' | 'readerWith' | 'testPatient'>;
type GateKind = AttemptKind<GateBuild>;
type Hospital = InstanceType<GateBuild['TestHospital']>;
type Patient = ReturnType<GateBuild['testPatient']>;
type Grant = Parameters<Patient['grant']>[0];
type Notice = Partial<Parameters<Patient['notice']>[0]>;

const HOUR_MS = 3_600_000;
const [VITAL, LABORATORY, CARDIOLOGY] = [randomId128(), randomId128(), randomId128()] as const;

/** A hospital of the build's own, with a patient who grants, where it is said what. */
type Act = (hospital: Hospital, patient: Patient, build: GateBuild) => Promise<string>;
const inHospital =
  (act: Act, grant?: Grant): Try<GateBuild>['run'] =>
  async (build) => {
    await using hospital = new build.TestHospital();
    const patient = build.testPatient();
    const grants = grant === undefined ? [] : [patient.grant(grant)];
    await hospital.granted(patient.state, ...grants);
    return await act(hospital, patient, build);
  };

/** The code with its reason, by which something is refused. */
async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return THROUGH;
  } catch (error) {
    const { code, members } = error as { code?: unknown; members?: { reason?: unknown } };
    if (typeof code !== 'string') throw error;
    return typeof members?.reason === 'string' ? `${code} (${members.reason})` : code;
  }
}

/** What one of several came to. */
async function onlyOne(all: Promise<PromiseSettledResult<unknown>[]>): Promise<unknown> {
  const [one] = await all;
  if (one?.status === 'rejected') throw one.reason;
  return one?.value;
}

/** A direct notice that is here, `ageMs` old. */
async function noticed(hospital: Hospital, patient: Patient, ageMs = 0, notice: Notice = {}): Promise<void> {
  const iat = Math.floor((hospital.nowMs - ageMs) / 1_000);
  await hospital.service.accept(await patient.notice({ to: hospital.ownKey.publicKey, iat, ...notice }));
}

/** What somebody sees of the newest direct notice. */
async function sees(hospital: Hospital, reader: Parameters<Hospital['read']>[0]): Promise<string> {
  try {
    const shown = await hospital.read(reader);
    return 'withheld' in shown ? String(shown.withheld) : THROUGH;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return code;
  }
}

/** What the api says to a notice that is not what it should be. */
const sends =
  (notice: (hospital: Hospital, patient: Patient) => Notice, ageMs = 0): Act =>
  (hospital, patient) =>
    codeOf(noticed(hospital, patient, ageMs, notice(hospital, patient)));

const kind = kindOf<GateBuild>;

/** The grant covers one unit alone. */
async function ofCardiology(hospital: Hospital, patient: Patient): Promise<void> {
  const sealed = await patient.meaning(hospital.ownKey.publicKey, {
    grantee: [{ unit: 'cardiology', tag: CARDIOLOGY }],
  });
  await hospital.granted(patient.state, patient.grant({ granteeTags: [CARDIOLOGY], sealed }));
}

/** What of an authority's own people stands between them and plaintext, whatever way they come. */
export const GATE_ATTEMPTS: readonly GateKind[] = [
  kind({
    id: 'gate-other-unit',
    role: 'authority',
    what: 'is shown an emergency as another unit than was granted',
    answer: 'GRANTEE_MISMATCH',
    tries: {
      'a practitioner of that unit': inHospital(async (hospital, patient, { readerWith }) => {
        await ofCardiology(hospital, patient);
        await noticed(hospital, patient);
        return sees(hospital, readerWith({ practitionerId: await hospital.practitioner('billing') }));
      }),
      'a token of that unit': inHospital(async (hospital, patient, { readerWith }) => {
        await ofCardiology(hospital, patient);
        await noticed(hospital, patient);
        return sees(hospital, readerWith({}, { unit: 'billing' }));
      }),
    },
  }),
  kind({
    id: 'gate-claimed-unit',
    role: 'authority',
    what: 'claims the unit that was granted with a token of another, or lends such a token to a practitioner of another',
    answer: 'UNIT_MISMATCH',
    tries: {
      token: inHospital(async (hospital, patient, { readerWith }) => {
        await ofCardiology(hospital, patient);
        await noticed(hospital, patient);
        return sees(hospital, readerWith({ unit: 'cardiology' }, { unit: 'billing' }));
      }),
      'a practitioner of another unit': inHospital(async (hospital, patient, { readerWith }) => {
        await ofCardiology(hospital, patient);
        await noticed(hospital, patient);
        const practitionerId = await hospital.practitioner('billing');
        return sees(hospital, readerWith({ practitionerId }, { unit: 'cardiology' }));
      }),
    },
  }),
  kind({
    id: 'gate-withdrawn',
    role: 'authority',
    what: 'is shown an emergency after it was withdrawn, by a stream that was open before',
    answer: 'PRACTITIONER_UNKNOWN',
    tries: {
      withdrawn: inHospital(async (hospital, patient, { readerWith }) => {
        await noticed(hospital, patient);
        const practitionerId = await hospital.practitioner();
        await hospital.setStage(practitionerId, 'withdrawn');
        return sees(hospital, readerWith({ practitionerId }));
      }, {}),
      'while the ledger is asked': inHospital(async (hospital, patient, { readerWith }) => {
        await noticed(hospital, patient);
        const practitionerId = await hospital.practitioner();
        const { patients } = hospital.ledgers.authorities;
        const patientOf = patients.get.bind(patients);
        const withdrawals: Promise<void>[] = [];
        patients.get = (id) => {
          withdrawals.push(hospital.setStage(practitionerId, 'withdrawing'));
          return patientOf(id);
        };
        const seen = await sees(hospital, readerWith({ practitionerId }));
        await Promise.all(withdrawals);
        return seen;
      }, {}),
    },
  }),
  kind({
    id: 'gate-revoked',
    role: 'authority',
    what: 'is shown an emergency after a revocation that one channel alone has',
    answer: 'NO_GRANT',
    tries: {
      'on cloud': inHospital(async (hospital, patient, { readerWith }) => {
        await noticed(hospital, patient);
        hospital.ledgers.cloud.revoke(patient.grant({}));
        return sees(hospital, readerWith());
      }, {}),
      'on authorities': inHospital(async (hospital, patient, { readerWith }) => {
        await noticed(hospital, patient);
        hospital.ledgers.authorities.revoke(patient.grant({}));
        return sees(hospital, readerWith());
      }, {}),
    },
  }),
  kind({
    id: 'gate-purpose',
    role: 'authority',
    what: 'is shown an emergency for another purpose than was granted',
    answer: 'PURPOSE_NOT_GRANTED',
    tries: {
      research: inHospital(async (hospital, patient, { readerWith }) => {
        await noticed(hospital, patient);
        return sees(hospital, { ...readerWith(), purpose: 'HRESCH' });
      }, {}),
    },
  }),
  kind({
    id: 'gate-scope',
    role: 'authority',
    what: 'is shown an emergency of which its grant covers a part',
    answer: 'SCOPE_NOT_GRANTED',
    tries: {
      part: inHospital(
        async (hospital, patient, { readerWith }) => {
          await noticed(hospital, patient, 0, { tagGroups: [[VITAL], [LABORATORY]] });
          return sees(hospital, readerWith());
        },
        { scopeTags: [VITAL] },
      ),
    },
  }),
  kind({
    id: 'gate-old-mirror',
    role: 'authority',
    what: 'is shown an emergency while no peer can be asked, by what was heard more than a day ago',
    answer: 'LEDGER_UNAVAILABLE',
    tries: {
      mirror: inHospital(async (hospital, patient, { readerWith }) => {
        hospital.nowMs += 25 * HOUR_MS;
        await noticed(hospital, patient);
        for (const ledger of Object.values(hospital.ledgers)) ledger.state = 'away';
        return sees(hospital, readerWith());
      }, {}),
    },
  }),
  kind({
    id: 'gate-old-notice',
    role: 'authority',
    what: 'is shown an old emergency while no peer can be asked',
    answer: 'LEDGER_UNAVAILABLE',
    tries: {
      notice: inHospital(async (hospital, patient, { readerWith }) => {
        await noticed(hospital, patient, 12 * HOUR_MS);
        hospital.nowMs += 13 * HOUR_MS;
        await hospital.mirrored(patient.patientId);
        for (const ledger of Object.values(hospital.ledgers)) ledger.state = 'away';
        return sees(hospital, readerWith());
      }, {}),
    },
  }),
  kind({
    id: 'gate-stricter-channel',
    role: 'authority',
    what: 'is shown a record that cloud has permitted and its own peer would not',
    answer: 'READ_REFUSED (NO_GRANT)',
    tries: {
      record: inHospital(async (hospital, patient, { readerWith, Unread }) =>
        codeOf(
          onlyOne(
            hospital.gate.records(readerWith(), patient.patientId, [
              {
                version: {
                  patientId: patient.patientId,
                  kind: 'periodic',
                  tagGroups: [],
                  period: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
                  author: patient.patientId,
                },
                unread: new Unread('content'),
                note: () => undefined,
              },
            ]),
          ),
        ),
      ),
    },
  }),
  kind({
    id: 'gate-forged-notice',
    role: 'patient',
    what: 'raises an emergency in another patient’s name',
    answer: 'STATEMENT_KEY_UNKNOWN',
    tries: {
      signature: inHospital(
        sends(() => ({ signer: generateEd25519().signer })),
        {},
      ),
    },
  }),
  kind({
    id: 'gate-foreign-notice',
    role: 'relay',
    what: 'brings an emergency that is for another authority',
    answer: 'NOT_ADDRESSED',
    tries: {
      addressee: inHospital(
        sends(() => ({ authorityId: 'aut_lab' })),
        {},
      ),
    },
  }),
  kind({
    id: 'gate-ungranted-notice',
    role: 'patient',
    what: 'floods an authority that it has granted nothing',
    answer: 'NOT_SUBSCRIBED',
    tries: {
      notice: inHospital(sends(() => ({}))),
    },
  }),
  kind({
    id: 'gate-stale-notice',
    role: 'relay',
    what: 'brings an emergency of the day before yesterday',
    answer: 'STATEMENT_EXPIRED',
    tries: {
      notice: inHospital(
        sends(() => ({}), 25 * HOUR_MS),
        {},
      ),
    },
  }),
  kind({
    id: 'gate-other-record',
    role: 'patient',
    what: 'raises an emergency under the id of a record that is not of its making',
    answer: 'NOTICE_REFUSED (RECORD_ID_MISMATCH)',
    tries: {
      seed: inHospital(
        sends((_house, patient) => ({ body: { seed: patient.newRecord().seed } })),
        {},
      ),
    },
  }),
  kind({
    id: 'gate-other-tags',
    role: 'patient',
    what: 'says of an emergency that it holds less than its manifest says',
    answer: 'NOTICE_REFUSED (AAD_MISMATCH)',
    tries: {
      tags: inHospital(
        sends(() => ({ tagGroups: [[VITAL], [LABORATORY]], body: { tagGroups: [[VITAL]] } })),
        {},
      ),
    },
  }),
  kind({
    id: 'gate-no-wrap',
    role: 'patient',
    what: 'raises an emergency that the authority cannot open',
    answer: 'NOTICE_REFUSED (NOT_A_RECIPIENT)',
    tries: {
      wrap: inHospital(
        sends(() => ({ to: generateX25519().publicKey })),
        {},
      ),
    },
  }),
];
