import { newSigner, type TestOrganisation, type TestPatient } from '@careledger/chaincode-runtime/testing';
import {
  CHECK_IN_MAX_AGE_S,
  CHECK_IN_WINDOW_S,
  type StatementBody,
  type VisitState,
} from '@careledger/contracts';
import { randomId128, type Signer } from '@careledger/crypto';
import { newHash } from '@careledger/records-chaincode/testing';
import { NO_EFFECT, THROUGH } from '../attempt.js';
import { blockOf, clientOf, type Cast } from './ledger-fixture.js';
import { rotatePatientKey, visitOf } from './drafts.js';
import { kind, type LedgerKind } from './ledger-attempt.js';

interface CheckIn {
  readonly by?: TestPatient;
  readonly signer?: Signer;
  readonly authority?: TestOrganisation;
  /** Seconds by which it lies apart from now. */
  readonly apartS?: number;
  /** Seconds by which it is dated apart from the time that it names. */
  readonly datedApartS?: number;
}

function checkInOf(cast: Cast, patient: TestPatient, given: CheckIn = {}): string {
  const { by = patient, signer = by.consent, authority = cast.hospital, apartS = 0, datedApartS = 0 } = given;
  const iat = cast.nowS + apartS + datedApartS;
  return by.sign('checkIn', { authorityId: authority.id, at: cast.time(apartS) }, signer, { iat });
}

function record(cast: Cast, patient: TestPatient, body: Partial<StatementBody<'visit'>>, by = cast.hospital) {
  const statement = by.sign('visit', visitOf(cast, patient.id, body), by.signer);
  return cast.send(clientOf(by), 'RecordVisit', { statement });
}

/** Whether a visit was written down as confirmed. */
async function confirms(cast: Cast, patient: TestPatient, body: Partial<StatementBody<'visit'>>) {
  const answer = await record(cast, patient, body);
  if (answer !== THROUGH) return answer;
  const { rows } = (await cast.ask('ListVisits', { patientId: patient.id }, 'authorities')) as {
    rows: VisitState[];
  };
  return rows.some(({ confirmed }) => confirmed) ? THROUGH : NO_EFFECT;
}

const anchor = (
  cast: Cast,
  patient: TestPatient,
  body: Partial<StatementBody<'anchorHead'>> = {},
  signer = patient.gateway,
) => {
  const head = { height: 1, hash: newHash(), prevHeight: null, prevHash: null, ...body };
  const items = [patient.sign('anchorHead', head, signer)];
  return cast.send('patients client', 'AnchorHeads', { items });
};
const report = (cast: Cast, patientId: string, one: string, other: string) =>
  cast.send('lab client', 'ReportFork', { patientId, blocks: [one, other] });

/** Where people were, and what chains were. */
export const places: readonly LedgerKind[] = [
  kind(
    'foreign-check-in',
    'authority',
    'confirms a visit with a code that is not this patient’s for this visit',
    'CHECK_IN_INVALID',
    {
      'another patient’s': async (cast) => {
        const [patient, other] = [await cast.patient(), await cast.patient()];
        return confirms(cast, patient, { checkIn: checkInOf(cast, patient, { by: other }) });
      },
      'for another authority': async (cast) => {
        const patient = await cast.patient();
        return confirms(cast, patient, { checkIn: checkInOf(cast, patient, { authority: cast.lab }) });
      },
      'of another day': async (cast) => {
        const patient = await cast.patient();
        const apartS = -CHECK_IN_WINDOW_S - 60;
        return confirms(cast, patient, { checkIn: checkInOf(cast, patient, { apartS }) });
      },
      'of a gateway with nobody there': async (cast) => {
        const patient = await cast.patient();
        return confirms(cast, patient, { checkIn: checkInOf(cast, patient, { signer: patient.gateway }) });
      },
      'by another key': async (cast) => {
        const patient = await cast.patient();
        return confirms(cast, patient, { checkIn: checkInOf(cast, patient, { signer: newSigner() }) });
      },
      'used for another visit': async (cast) => {
        const patient = await cast.patient();
        const checkIn = checkInOf(cast, patient);
        await record(cast, patient, { checkIn });
        return record(cast, patient, { checkIn });
      },
    },
  ),
  kind('made-up-check-in', 'thief', 'makes a code afterwards, to confirm a visit of long ago', NO_EFFECT, {
    'that says when it was made': async (cast) => {
      const patient = await cast.patient();
      const apartS = -CHECK_IN_MAX_AGE_S - 60;
      const checkIn = checkInOf(cast, patient, { apartS, datedApartS: -apartS });
      return confirms(cast, patient, { at: cast.time(apartS), checkIn });
    },
    'that is dated back': async (cast) => {
      const patient = await cast.patient();
      const apartS = -CHECK_IN_MAX_AGE_S - 60;
      return confirms(cast, patient, {
        at: cast.time(apartS),
        checkIn: checkInOf(cast, patient, { apartS }),
      });
    },
    'of today, that does not say when it was made': async (cast) => {
      const patient = await cast.patient();
      return confirms(cast, patient, { checkIn: checkInOf(cast, patient, { datedApartS: -3_600 }) });
    },
  }),
  kind(
    'taken-visit-id',
    'authority',
    'takes the id of another authority’s visit on the other channel',
    NO_EFFECT,
    {
      RelateVisit: async (cast) => {
        const patient = await cast.patient();
        const sid = randomId128();
        const visitBy = (by: TestOrganisation) =>
          by.sign('visit', visitOf(cast, patient.id), by.signer, { sid });
        const theirs = visitBy(cast.hospital);
        await cast.must('cloud-a client', 'RelateVisit', { statement: visitBy(cast.lab) });
        const answer = await cast.send('cloud-b client', 'RelateVisit', { statement: theirs });
        return answer === THROUGH ? NO_EFFECT : THROUGH;
      },
    },
  ),
  kind(
    'other-head',
    'author',
    'anchors a chain that does not go on from the anchored head',
    'ANCHOR_PREV_MISMATCH',
    {
      'as if there were none': async (cast) => {
        const patient = await cast.patient();
        await anchor(cast, patient);
        return anchor(cast, patient, { height: 2 });
      },
      'after another one': async (cast) => {
        const patient = await cast.patient();
        await anchor(cast, patient);
        return anchor(cast, patient, { height: 2, prevHeight: 1, prevHash: newHash() });
      },
    },
  ),
  kind('lower-head', 'author', 'anchors a head that is no higher', 'ANCHOR_HEIGHT_NOT_RISING', {
    AnchorHeads: async (cast) => {
      const patient = await cast.patient();
      const hash = newHash();
      await anchor(cast, patient, { height: 5, hash });
      return anchor(cast, patient, { height: 5, prevHeight: 5, prevHash: hash });
    },
  }),
  kind('forked-chain', 'author', 'goes on anchoring with a key that signed two histories', 'CHAIN_FORKED', {
    AnchorHeads: async (cast) => {
      const patient = await cast.patient();
      const [one, other] = [blockOf(patient.id, 5, patient.gateway), blockOf(patient.id, 5, patient.gateway)];
      await report(cast, patient.id, one, other);
      return anchor(cast, patient);
    },
  }),
  kind(
    'made-up-fork',
    'operator',
    'stops a patient’s chain by evidence that is none',
    'FORK_EVIDENCE_INVALID',
    {
      'a stranger’s signature': async (cast) => {
        const { id, gateway } = await cast.patient();
        return report(cast, id, blockOf(id, 5, gateway), blockOf(id, 5, newSigner()));
      },
      'one block twice': async (cast) => {
        const { id, gateway } = await cast.patient();
        const block = blockOf(id, 5, gateway);
        return report(cast, id, block, block);
      },
      'two heights': async (cast) => {
        const { id, gateway } = await cast.patient();
        return report(cast, id, blockOf(id, 5, gateway), blockOf(id, 6, gateway));
      },
      'blocks of another patient': async (cast) => {
        const [victim, other] = [await cast.patient(), await cast.patient()];
        const by = victim.gateway;
        return report(cast, victim.id, blockOf(other.id, 5, by), blockOf(other.id, 5, by));
      },
      'no block': async (cast) => {
        const { id, gateway } = await cast.patient();
        return report(cast, id, blockOf(id, 5, gateway), '{}');
      },
    },
  ),
  kind(
    'retired-key-convicts',
    'thief',
    'convicts the current gateway key with a block that a retired one signed at an old height',
    NO_EFFECT,
    {
      ReportFork: async (cast) => {
        const patient = await cast.patient();
        const next = await rotatePatientKey(cast, patient, 'gateway', 'authorities');
        await report(cast, patient.id, blockOf(patient.id, 5, patient.gateway), blockOf(patient.id, 5, next));
        return (await anchor(cast, patient, {}, next)) === THROUGH ? NO_EFFECT : THROUGH;
      },
    },
  ),
  kind('more-forks', 'operator', 'fills the ledger with forks of a key that is convicted', NO_EFFECT, {
    ReportFork: async (cast) => {
      const { id, gateway } = await cast.patient();
      await report(cast, id, blockOf(id, 5, gateway), blockOf(id, 5, gateway));
      return report(cast, id, blockOf(id, 6, gateway), blockOf(id, 6, gateway));
    },
  }),
];
