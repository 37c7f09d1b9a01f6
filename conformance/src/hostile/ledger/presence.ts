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
import { blockOf, clientOf, type LedgerFixture } from './ledger-fixture.js';
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

function checkInOf(fixture: LedgerFixture, patient: TestPatient, given: CheckIn = {}): string {
  const {
    by = patient,
    signer = by.consent,
    authority = fixture.hospital,
    apartS = 0,
    datedApartS = 0,
  } = given;
  const iat = fixture.nowS + apartS + datedApartS;
  return by.sign('checkIn', { authorityId: authority.id, at: fixture.time(apartS) }, signer, { iat });
}

function record(
  fixture: LedgerFixture,
  patient: TestPatient,
  body: Partial<StatementBody<'visit'>>,
  by = fixture.hospital,
) {
  const statement = by.sign('visit', visitOf(fixture, patient.id, body), by.signer);
  return fixture.send(clientOf(by), 'RecordVisit', { statement });
}

/** Whether a visit was written down as confirmed. */
async function confirms(fixture: LedgerFixture, patient: TestPatient, body: Partial<StatementBody<'visit'>>) {
  const answer = await record(fixture, patient, body);
  if (answer !== THROUGH) return answer;
  const { rows } = (await fixture.ask('ListVisits', { patientId: patient.id }, 'authorities')) as {
    rows: VisitState[];
  };
  return rows.some(({ confirmed }) => confirmed) ? THROUGH : NO_EFFECT;
}

const anchor = (
  fixture: LedgerFixture,
  patient: TestPatient,
  body: Partial<StatementBody<'anchorHead'>> = {},
  signer = patient.gateway,
) => {
  const head = { height: 1, hash: newHash(), prevHeight: null, prevHash: null, ...body };
  const items = [patient.sign('anchorHead', head, signer)];
  return fixture.send('patients client', 'AnchorHeads', { items });
};
const report = (fixture: LedgerFixture, patientId: string, one: string, other: string) =>
  fixture.send('lab client', 'ReportFork', { patientId, blocks: [one, other] });

/** Where people were, and what chains were. */
export const presence: readonly LedgerKind[] = [
  kind({
    id: 'foreign-check-in',
    role: 'authority',
    what: 'confirms a visit with a code that is not this patient’s for this visit',
    answer: 'CHECK_IN_INVALID',
    tries: {
      'another patient’s': async (fixture) => {
        const [patient, other] = [await fixture.patient(), await fixture.patient()];
        return confirms(fixture, patient, { checkIn: checkInOf(fixture, patient, { by: other }) });
      },
      'for another authority': async (fixture) => {
        const patient = await fixture.patient();
        return confirms(fixture, patient, {
          checkIn: checkInOf(fixture, patient, { authority: fixture.lab }),
        });
      },
      'of another day': async (fixture) => {
        const patient = await fixture.patient();
        const apartS = -CHECK_IN_WINDOW_S - 60;
        return confirms(fixture, patient, { checkIn: checkInOf(fixture, patient, { apartS }) });
      },
      'of a gateway with nobody there': async (fixture) => {
        const patient = await fixture.patient();
        return confirms(fixture, patient, {
          checkIn: checkInOf(fixture, patient, { signer: patient.gateway }),
        });
      },
      'by another key': async (fixture) => {
        const patient = await fixture.patient();
        return confirms(fixture, patient, { checkIn: checkInOf(fixture, patient, { signer: newSigner() }) });
      },
      'used for another visit': async (fixture) => {
        const patient = await fixture.patient();
        const checkIn = checkInOf(fixture, patient);
        await record(fixture, patient, { checkIn });
        return record(fixture, patient, { checkIn });
      },
    },
  }),
  kind({
    id: 'made-up-check-in',
    role: 'thief',
    what: 'makes a code afterwards, to confirm a visit of long ago',
    answer: NO_EFFECT,
    tries: {
      'that says when it was made': async (fixture) => {
        const patient = await fixture.patient();
        const apartS = -CHECK_IN_MAX_AGE_S - 60;
        const checkIn = checkInOf(fixture, patient, { apartS, datedApartS: -apartS });
        return confirms(fixture, patient, { at: fixture.time(apartS), checkIn });
      },
      'that is dated back': async (fixture) => {
        const patient = await fixture.patient();
        const apartS = -CHECK_IN_MAX_AGE_S - 60;
        return confirms(fixture, patient, {
          at: fixture.time(apartS),
          checkIn: checkInOf(fixture, patient, { apartS }),
        });
      },
      'of today, that does not say when it was made': async (fixture) => {
        const patient = await fixture.patient();
        return confirms(fixture, patient, { checkIn: checkInOf(fixture, patient, { datedApartS: -3_600 }) });
      },
    },
  }),
  kind({
    id: 'taken-visit-id',
    role: 'authority',
    what: 'takes the id of another authority’s visit on the other channel',
    answer: NO_EFFECT,
    tries: {
      RelateVisit: async (fixture) => {
        const patient = await fixture.patient();
        const sid = randomId128();
        const visitBy = (by: TestOrganisation) =>
          by.sign('visit', visitOf(fixture, patient.id), by.signer, { sid });
        const theirs = visitBy(fixture.hospital);
        await fixture.must('cloud-a client', 'RelateVisit', { statement: visitBy(fixture.lab) });
        const answer = await fixture.send('cloud-b client', 'RelateVisit', { statement: theirs });
        return answer === THROUGH ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'other-head',
    role: 'author',
    what: 'anchors a chain that does not go on from the anchored head',
    answer: 'ANCHOR_PREV_MISMATCH',
    tries: {
      'as if there were none': async (fixture) => {
        const patient = await fixture.patient();
        await anchor(fixture, patient);
        return anchor(fixture, patient, { height: 2 });
      },
      'after another one': async (fixture) => {
        const patient = await fixture.patient();
        await anchor(fixture, patient);
        return anchor(fixture, patient, { height: 2, prevHeight: 1, prevHash: newHash() });
      },
    },
  }),
  kind({
    id: 'lower-head',
    role: 'author',
    what: 'anchors a head that is no higher',
    answer: 'ANCHOR_HEIGHT_NOT_RISING',
    tries: {
      AnchorHeads: async (fixture) => {
        const patient = await fixture.patient();
        const hash = newHash();
        await anchor(fixture, patient, { height: 5, hash });
        return anchor(fixture, patient, { height: 5, prevHeight: 5, prevHash: hash });
      },
    },
  }),
  kind({
    id: 'forked-chain',
    role: 'author',
    what: 'goes on anchoring with a key that signed two histories',
    answer: 'CHAIN_FORKED',
    tries: {
      AnchorHeads: async (fixture) => {
        const patient = await fixture.patient();
        const [one, other] = [
          blockOf(patient.id, 5, patient.gateway),
          blockOf(patient.id, 5, patient.gateway),
        ];
        await report(fixture, patient.id, one, other);
        return anchor(fixture, patient);
      },
    },
  }),
  kind({
    id: 'made-up-fork',
    role: 'operator',
    what: 'stops a patient’s chain by evidence that is none',
    answer: 'FORK_EVIDENCE_INVALID',
    tries: {
      'a stranger’s signature': async (fixture) => {
        const { id, gateway } = await fixture.patient();
        return report(fixture, id, blockOf(id, 5, gateway), blockOf(id, 5, newSigner()));
      },
      'one block twice': async (fixture) => {
        const { id, gateway } = await fixture.patient();
        const block = blockOf(id, 5, gateway);
        return report(fixture, id, block, block);
      },
      'two heights': async (fixture) => {
        const { id, gateway } = await fixture.patient();
        return report(fixture, id, blockOf(id, 5, gateway), blockOf(id, 6, gateway));
      },
      'blocks of another patient': async (fixture) => {
        const [victim, other] = [await fixture.patient(), await fixture.patient()];
        const by = victim.gateway;
        return report(fixture, victim.id, blockOf(other.id, 5, by), blockOf(other.id, 5, by));
      },
      'no block': async (fixture) => {
        const { id, gateway } = await fixture.patient();
        return report(fixture, id, blockOf(id, 5, gateway), '{}');
      },
    },
  }),
  kind({
    id: 'retired-key-convicts',
    role: 'thief',
    what: 'convicts the current gateway key with a block that a retired one signed at an old height',
    answer: NO_EFFECT,
    tries: {
      ReportFork: async (fixture) => {
        const patient = await fixture.patient();
        const next = await rotatePatientKey(fixture, patient, 'gateway', 'authorities');
        await report(
          fixture,
          patient.id,
          blockOf(patient.id, 5, patient.gateway),
          blockOf(patient.id, 5, next),
        );
        return (await anchor(fixture, patient, {}, next)) === THROUGH ? NO_EFFECT : THROUGH;
      },
    },
  }),
  kind({
    id: 'more-forks',
    role: 'operator',
    what: 'fills the ledger with forks of a key that is convicted',
    answer: NO_EFFECT,
    tries: {
      ReportFork: async (fixture) => {
        const { id, gateway } = await fixture.patient();
        await report(fixture, id, blockOf(id, 5, gateway), blockOf(id, 5, gateway));
        return report(fixture, id, blockOf(id, 6, gateway), blockOf(id, 6, gateway));
      },
    },
  }),
];
