import { SCOPE_TAGS_MAX } from '@careledger/domain';
import { describe, expect, test } from '@jest/globals';
import { alarmKinds, emergencyBundle, kindsOf, ownKindsOf, type FhirResource } from '../index.js';
import { ofOneCause } from '../../testing/index.js';

const LOINC = 'http://loinc.org';
const [P, Q] = ['p', 'q'].map((letter) => `prc_${letter.repeat(32)}`) as [string, string];
const VISIT = 'c9Xr4TmQy2LhV7sKb0WnEw';
const ofPractitioner = (value: string) => ({ identifier: { system: 'urn:careledger:practitioner', value } });
const ofVisit = { type: 'Encounter', identifier: { system: 'urn:careledger:visit', value: VISIT } };
const concept = (...codes: string[]) => ({ coding: codes.map((code) => ({ system: LOINC, code })) });
const labelled = (...codes: string[]) => ({
  security: codes.map((code) => ({
    system: `http://terminology.hl7.org/CodeSystem/v3-${code.length === 1 ? 'Confidentiality' : 'ActCode'}`,
    code,
  })),
});

const holding = (entries: readonly object[], more: object = {}): FhirResource => ({
  ...{ resourceType: 'Bundle', type: 'collection', ...more },
  entry: entries.map((resource, n) => ({ fullUrl: `urn:uuid:${n}`, resource })),
});
const observation = (more: object = {}) => ({
  resourceType: 'Observation',
  code: concept('2339-0'),
  ...more,
});

describe('who made a resource', () => {
  const practitionersOf = (...entries: object[]) =>
    kindsOf(holding(entries)).map(({ practitioners }) => practitioners);

  test('is who is named as its performer, author or the like, there or in a resource of the record', () => {
    const role = { resourceType: 'PractitionerRole', practitioner: ofPractitioner(Q) };
    expect(practitionersOf(observation({ performer: [ofPractitioner(P)] }))).toEqual([[P]]);
    expect(practitionersOf(observation({ performer: [{ reference: 'urn:uuid:1' }] }), role)).toEqual([[Q]]);
    const inside = { performer: [{ reference: '#me' }], contained: [{ ...role, id: 'me' }] };
    expect(practitionersOf(observation(inside))).toEqual([[Q]]);
  });

  test('is who a Provenance says, of its targets alone', () => {
    const provenance = {
      ...{ resourceType: 'Provenance', target: [{ reference: 'urn:uuid:0' }] },
      agent: [{ who: ofPractitioner(P) }],
    };
    expect(
      practitionersOf(observation(), observation({ status: 'final', valueInteger: 1 }), provenance),
    ).toEqual([[P], []]);
  });

  test('is kept to what groups have room for, however many a Provenance names, and however often', () => {
    const agent = Array.from({ length: 5_000 }, (_, n) => ({
      who: ofPractitioner(
        `prc_${String(n)
          .padStart(32, 'a')
          .replaceAll(/[0189]/g, 'b')}`,
      ),
    }));
    const target = Array.from({ length: 20_000 }, () => ({ reference: 'urn:uuid:0' }));
    const [whose = []] = practitionersOf(observation(), { resourceType: 'Provenance', target, agent });
    expect(whose.length).toBeLessThanOrEqual(SCOPE_TAGS_MAX + 1);
    expect(whose.length).toBeGreaterThan(SCOPE_TAGS_MAX);
  });

  test('is not who is told, who is asked, or no practitioner of this system', () => {
    const told = { resourceType: 'Communication', recipient: [ofPractitioner(P)] };
    const request = { resourceType: 'ServiceRequest', performer: [ofPractitioner(P)] };
    const stranger = observation({ performer: [ofPractitioner('Dr. Who')] });
    expect(practitionersOf(told, request, stranger)).toEqual([[], [], []]);
  });
});

describe('to which visit a resource belongs', () => {
  const encountersOf = (...entries: object[]) =>
    kindsOf(holding(entries)).map(({ encounters }) => encounters);

  test('is what it names, or the document that it is in', () => {
    const document = { resourceType: 'DocumentReference', context: { encounter: [ofVisit] } };
    expect(encountersOf(observation({ encounter: ofVisit }), document)).toEqual([[VISIT], [VISIT]]);
    const encounter = { resourceType: 'Encounter', identifier: [ofVisit.identifier] };
    expect(encountersOf(observation({ encounter: { reference: 'urn:uuid:1' } }), encounter)).toEqual([
      [VISIT],
      [VISIT],
    ]);
    expect(encountersOf({ resourceType: 'Composition', encounter: ofVisit }, observation())).toEqual([
      [VISIT],
      [VISIT],
    ]);
  });

  test('is its own and no other document’s', () => {
    const OTHER = 'd9Xr4TmQy2LhV7sKb0WnEw';
    const other = { ...ofVisit, identifier: { ...ofVisit.identifier, value: OTHER } };
    const document = (encounter: object) => ({ resourceType: 'Composition', encounter });
    const own = observation({ encounter: other });
    expect(encountersOf(document(ofVisit), own)).toEqual([[VISIT], [OTHER]]);
    expect(encountersOf(document(ofVisit), document(other), observation())).toEqual([[VISIT], [OTHER], []]);
  });

  test('is none where it names none, or another system’s', () => {
    const other = { identifier: { system: 'urn:oid:1.2.3', value: VISIT } };
    expect(encountersOf(observation(), observation({ encounter: other, status: 'final' }))).toEqual([[]]);
  });
});

test('codes: what it is, and what it mentions anywhere; not how it is said', () => {
  const [kind] = kindsOf(
    holding([
      observation({
        category: [{ coding: [{ system: LOINC, code: 'filed-as' }] }],
        interpretation: [
          {
            coding: [
              { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'H' },
            ],
          },
        ],
        component: [{ code: concept('8480-6') }],
        valueCodeableConcept: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'F10.2' }] },
      }),
    ]),
  );
  expect(kind?.codes).toEqual([{ system: LOINC, code: '2339-0' }]);
  expect(kind?.mentions).toEqual([
    { system: 'http://hl7.org/fhir/sid/icd-10', code: 'F10.2' },
    { system: LOINC, code: '8480-6' },
  ]);
});

describe('security labels', () => {
  const labelsOf = (bundle: FhirResource) => kindsOf(bundle).map(({ labels }) => labels);

  test('are those of the resource, of what contains it and of the bundle; of levels the highest counts', () => {
    const psychiatric = observation({ meta: labelled('R', 'PSY'), contained: [observation()] });
    expect(labelsOf(holding([psychiatric]))).toEqual([['PSY', 'R']]);
    expect(labelsOf(holding([observation({ meta: labelled('N') })], { meta: labelled('R') }))).toEqual([
      ['R'],
    ]);
    expect(labelsOf(holding([observation({ meta: labelled('N', 'V') })]))).toEqual([['V']]);
  });

  test('of what is sensitive by its code are restricted, whatever its author says', () => {
    const coded = (system: string, ...codes: string[]) =>
      codes.map((code) => ({ resourceType: 'Condition', code: { coding: [{ system, code }] } }));
    const icd = 'http://hl7.org/fhir/sid/icd-10';
    expect(labelsOf(holding(coded(icd, 'F10.2', 'F11', 'F32.1', 'B24', 'J45')))).toEqual([
      ['ETHUD', 'R', 'SUD'],
      ['OPIOIDUD', 'R', 'SUD'],
      ['PSY', 'R'],
      ['HIV', 'R'],
      [],
    ]);
    const [ketamine] = coded('http://snomed.info/sct', '724713006');
    expect(labelsOf(holding([{ ...ketamine, meta: labelled('N') }]))).toEqual([['R', 'SUD']]);
    expect(labelsOf(holding([observation({ component: [{ code: concept('74013-4') }] })]))).toEqual([
      ['ETHUD', 'R', 'SUD'],
    ]);
    expect(labelsOf(holding([{ ...ketamine, meta: labelled('V') }]))).toEqual([['SUD', 'V']]);
  });

  test('of an answer to a questionnaire are those of its code, which stands without a concept', () => {
    const valueCoding = { system: 'http://snomed.info/sct', code: '86406008' };
    const answers = {
      resourceType: 'QuestionnaireResponse',
      item: [{ linkId: '1', answer: [{ valueCoding }] }],
    };
    expect(labelsOf(holding([answers]))).toEqual([['HIV', 'R']]);
    const measured = observation({
      valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'mg/dL' },
    });
    expect(kindsOf(holding([measured])).map(({ mentions }) => mentions)).toEqual([[]]);
  });

  test('of documents and of references to them may stand in elements of their own', () => {
    const { security } = labelled('V');
    const reference = { resourceType: 'DocumentReference', securityLabel: [{ coding: security }] };
    const document = { resourceType: 'Composition', confidentiality: 'R', meta: labelled('N') };
    expect(labelsOf(holding([reference, document]))).toEqual([['V'], ['R']]);
  });

  test('of what a gateway measured are normal', () => {
    const labels = ownKindsOf(emergencyBundle(ofOneCause)).flatMap((kind) => kind.labels);
    expect(new Set(labels)).toEqual(new Set(['N']));
  });

  test('are codes of HL7’s systems alone', () => {
    const meta = { security: [{ system: 'http://example.org', code: 'R' }] };
    expect(labelsOf(holding([observation({ meta })]))).toEqual([[]]);
  });
});

describe('an alarm', () => {
  const alarms = [ofOneCause, ...(ofOneCause.others ?? [])];
  const kinds = ownKindsOf(emergencyBundle(ofOneCause));

  test('is of each reading on which it rests, and has no clinical code of its own', () => {
    expect(kinds.every(({ codes }) => codes.length > 0)).toBe(true);
    const survey = kinds.filter(({ categories }) => categories.includes('survey'));
    expect(survey.flatMap(({ codes }) => codes.map(({ code }) => code))).toEqual(
      expect.arrayContaining(['9279-1', '59408-5', '85354-9']),
    );
  });

  test('says before it is made what its record will', () => {
    const said = (of: typeof kinds) =>
      [...new Set(of.map(({ categories, codes }) => JSON.stringify([categories, codes])))].sort();
    const foreseen = alarms.flatMap(({ rule, evidence }) =>
      alarmKinds(
        rule,
        evidence.map(({ code }) => code),
      ),
    );
    expect(said(foreseen)).toEqual(said(kinds));
  });
});
