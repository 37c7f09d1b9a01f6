import type * as Testing from '@careledger/api/testing';
import { generateEd25519, generateX25519, randomId128 } from '@careledger/crypto';
import { THROUGH, type AttemptKind, type Role, type Try } from '../attempt.js';

/** The parts of an authority's api, of whatever build. */
export type GateBuild = Pick<typeof Testing, 'TestHouse' | 'Unread' | 'readerWith' | 'testPatient'>;
type GateKind = AttemptKind<GateBuild>;
type House = InstanceType<GateBuild['TestHouse']>;
type Patient = ReturnType<GateBuild['testPatient']>;
type Grant = Parameters<Patient['grant']>[0];
type Notice = Partial<Parameters<Patient['notice']>[0]>;

const HOUR_MS = 3_600_000;
const [VITAL, LABORATORY, CARDIOLOGY] = [randomId128(), randomId128(), randomId128()] as const;

/** A house of the build's own, with a patient who grants, where it is said what. */
type Act = (house: House, patient: Patient, build: GateBuild) => Promise<string>;
const inHouse =
  (act: Act, grant?: Grant): Try<GateBuild>['run'] =>
  async (build) => {
    await using house = new build.TestHouse();
    const patient = build.testPatient();
    const grants = grant === undefined ? [] : [patient.grant(grant)];
    await house.granted(patient.state, ...grants);
    return await act(house, patient, build);
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

/** A direct notice that is here, `ageMs` old. */
async function noticed(house: House, patient: Patient, ageMs = 0, notice: Notice = {}): Promise<void> {
  const iat = Math.floor((house.nowMs - ageMs) / 1_000);
  await house.service.accept(await patient.notice({ to: house.ownKey.publicKey, iat, ...notice }));
}

/** What somebody sees of the newest direct notice. */
async function sees(house: House, reader: Parameters<House['read']>[0]): Promise<string> {
  try {
    const shown = await house.read(reader);
    return 'withheld' in shown ? String(shown.withheld) : THROUGH;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== 'string') throw error;
    return code;
  }
}

/** What the api says to a notice that is not what it should be. */
const sends =
  (notice: (house: House, patient: Patient) => Notice, ageMs = 0): Act =>
  (house, patient) =>
    codeOf(noticed(house, patient, ageMs, notice(house, patient)));

const kind = (
  id: string,
  role: Role,
  what: string,
  answer: string,
  tries: Readonly<Record<string, Try<GateBuild>['run']>>,
): GateKind => ({
  id,
  role,
  what,
  tries: Object.entries(tries).map(([name, run]) => ({ name, answer, run })),
});

/** The grant covers one unit alone. */
async function ofCardiology(house: House, patient: Patient): Promise<void> {
  const sealed = await patient.meaning(house.ownKey.publicKey, {
    grantee: [{ unit: 'cardiology', tag: CARDIOLOGY }],
  });
  await house.granted(patient.state, patient.grant({ granteeTags: [CARDIOLOGY], sealed }));
}

/** What of an authority's own people stands between them and plaintext, whatever way they come. */
export const GATE_ATTEMPTS: readonly GateKind[] = [
  kind(
    'gate-other-unit',
    'authority',
    'is shown an emergency as another unit than was granted',
    'GRANTEE_MISMATCH',
    {
      'a practitioner of that unit': inHouse(async (house, patient, { readerWith }) => {
        await ofCardiology(house, patient);
        await noticed(house, patient);
        return sees(house, readerWith({ practitionerId: await house.practitioner('billing') }));
      }),
      'a token of that unit': inHouse(async (house, patient, { readerWith }) => {
        await ofCardiology(house, patient);
        await noticed(house, patient);
        return sees(house, readerWith({}, { unit: 'billing' }));
      }),
    },
  ),
  kind(
    'gate-claimed-unit',
    'authority',
    'claims the unit that was granted with a token of another, or lends such a token to a practitioner of another',
    'UNIT_MISMATCH',
    {
      token: inHouse(async (house, patient, { readerWith }) => {
        await ofCardiology(house, patient);
        await noticed(house, patient);
        return sees(house, readerWith({ unit: 'cardiology' }, { unit: 'billing' }));
      }),
      'a practitioner of another unit': inHouse(async (house, patient, { readerWith }) => {
        await ofCardiology(house, patient);
        await noticed(house, patient);
        const practitionerId = await house.practitioner('billing');
        return sees(house, readerWith({ practitionerId }, { unit: 'cardiology' }));
      }),
    },
  ),
  kind(
    'gate-withdrawn',
    'authority',
    'is shown an emergency after it was withdrawn, by a stream that was open before',
    'PRACTITIONER_UNKNOWN',
    {
      withdrawn: inHouse(async (house, patient, { readerWith }) => {
        await noticed(house, patient);
        const practitionerId = await house.practitioner();
        await house.setStage(practitionerId, 'withdrawn');
        return sees(house, readerWith({ practitionerId }));
      }, {}),
      'while the ledger is asked': inHouse(async (house, patient, { readerWith }) => {
        await noticed(house, patient);
        const practitionerId = await house.practitioner();
        const { patients } = house.ledgers.authorities;
        const patientOf = patients.get.bind(patients);
        const withdrawals: Promise<void>[] = [];
        patients.get = (id) => {
          withdrawals.push(house.setStage(practitionerId, 'withdrawing'));
          return patientOf(id);
        };
        const seen = await sees(house, readerWith({ practitionerId }));
        await Promise.all(withdrawals);
        return seen;
      }, {}),
    },
  ),
  kind(
    'gate-revoked',
    'authority',
    'is shown an emergency after a revocation that one channel alone has',
    'NO_GRANT',
    {
      'on cloud': inHouse(async (house, patient, { readerWith }) => {
        await noticed(house, patient);
        house.ledgers.cloud.revoke(patient.grant({}));
        return sees(house, readerWith());
      }, {}),
      'on authorities': inHouse(async (house, patient, { readerWith }) => {
        await noticed(house, patient);
        house.ledgers.authorities.revoke(patient.grant({}));
        return sees(house, readerWith());
      }, {}),
    },
  ),
  kind(
    'gate-purpose',
    'authority',
    'is shown an emergency for another purpose than was granted',
    'PURPOSE_NOT_GRANTED',
    {
      research: inHouse(async (house, patient, { readerWith }) => {
        await noticed(house, patient);
        return sees(house, { ...readerWith(), purpose: 'HRESCH' });
      }, {}),
    },
  ),
  kind(
    'gate-scope',
    'authority',
    'is shown an emergency of which its grant covers a part',
    'SCOPE_NOT_GRANTED',
    {
      part: inHouse(
        async (house, patient, { readerWith }) => {
          await noticed(house, patient, 0, { tagGroups: [[VITAL], [LABORATORY]] });
          return sees(house, readerWith());
        },
        { scopeTags: [VITAL] },
      ),
    },
  ),
  kind(
    'gate-old-mirror',
    'authority',
    'is shown an emergency while no peer can be asked, by what was heard more than a day ago',
    'LEDGER_UNAVAILABLE',
    {
      mirror: inHouse(async (house, patient, { readerWith }) => {
        house.nowMs += 25 * HOUR_MS;
        await noticed(house, patient);
        for (const ledger of Object.values(house.ledgers)) ledger.state = 'away';
        return sees(house, readerWith());
      }, {}),
    },
  ),
  kind(
    'gate-old-notice',
    'authority',
    'is shown an old emergency while no peer can be asked',
    'LEDGER_UNAVAILABLE',
    {
      notice: inHouse(async (house, patient, { readerWith }) => {
        await noticed(house, patient, 12 * HOUR_MS);
        house.nowMs += 13 * HOUR_MS;
        await house.mirrored(patient.patientId);
        for (const ledger of Object.values(house.ledgers)) ledger.state = 'away';
        return sees(house, readerWith());
      }, {}),
    },
  ),
  kind(
    'gate-stricter-channel',
    'authority',
    'is shown a record that cloud has permitted and its own peer would not',
    'READ_REFUSED (NO_GRANT)',
    {
      record: inHouse(async (house, patient, { readerWith, Unread }) =>
        codeOf(
          house.gate.record(readerWith(), {
            patientId: patient.patientId,
            tagGroups: [],
            author: patient.patientId,
            unread: new Unread('content'),
            note: () => undefined,
          }),
        ),
      ),
    },
  ),
  kind(
    'gate-forged-notice',
    'patient',
    'raises an emergency in another patient’s name',
    'STATEMENT_KEY_UNKNOWN',
    {
      signature: inHouse(
        sends(() => ({ signer: generateEd25519().signer })),
        {},
      ),
    },
  ),
  kind('gate-foreign-notice', 'relay', 'brings an emergency that is for another authority', 'NOT_ADDRESSED', {
    addressee: inHouse(
      sends(() => ({ authorityId: 'aut_lab' })),
      {},
    ),
  }),
  kind(
    'gate-ungranted-notice',
    'patient',
    'floods an authority that it has granted nothing',
    'NOT_SUBSCRIBED',
    {
      notice: inHouse(sends(() => ({}))),
    },
  ),
  kind('gate-stale-notice', 'relay', 'brings an emergency of the day before yesterday', 'STATEMENT_EXPIRED', {
    notice: inHouse(
      sends(() => ({}), 25 * HOUR_MS),
      {},
    ),
  }),
  kind(
    'gate-other-record',
    'patient',
    'raises an emergency under the id of a record that is not of its making',
    'NOTICE_REFUSED (RECORD_ID_MISMATCH)',
    {
      seed: inHouse(
        sends((_house, patient) => ({ body: { seed: patient.newRecord().seed } })),
        {},
      ),
    },
  ),
  kind(
    'gate-other-tags',
    'patient',
    'says of an emergency that it holds less than its manifest says',
    'NOTICE_REFUSED (AAD_MISMATCH)',
    {
      tags: inHouse(
        sends(() => ({ tagGroups: [[VITAL], [LABORATORY]], body: { tagGroups: [[VITAL]] } })),
        {},
      ),
    },
  ),
  kind(
    'gate-no-wrap',
    'patient',
    'raises an emergency that the authority cannot open',
    'NOTICE_REFUSED (NOT_A_RECIPIENT)',
    {
      wrap: inHouse(
        sends(() => ({ to: generateX25519().publicKey })),
        {},
      ),
    },
  ),
];
