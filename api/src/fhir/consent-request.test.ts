import { resourceIdOf } from '@careledger/fhir';
import { describe, expect, test } from '@jest/globals';
import { proposedConsent } from '../../testing/proposed-consent.js';
import { askedBy } from './consent-request.js';

const PATIENT = `pat_${'a'.repeat(32)}`;
const RECORD = `rec_${'b'.repeat(32)}`;
const VISIT = 'AAECAwQFBgcICQoLDA0ODw';
const HL7 = 'http://terminology.hl7.org/CodeSystem';
const context = { authorityId: 'aut_hospital', base: 'https://hospital.example/fhir' };

const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
const operation = (code: string) => concept(`${HL7}/v3-DataOperation`, code);
const purpose = (code: string) => ({ system: `${HL7}/v3-ActReason`, code });
const consent = proposedConsent({ reference: `Patient/pat-${'a'.repeat(32)}` });
const { provision } = consent;
const hospital = { identifier: { system: 'urn:careledger:authority', value: 'aut_hospital' } };
const ask = (more: object) => askedBy({ ...consent, ...more }, context);
const askFor = (more: object) => ask({ provision: { ...provision, ...more } });
const about = (more: object) => askFor(more).scope;

const copyAt = (valueCode: string) => ({
  url: 'urn:careledger:copy',
  extension: [
    { url: 'purpose', valueCode },
    { url: 'unit', valueString: 'cardiology' },
  ],
});
const detail = { url: 'urn:careledger:detail', valueBoolean: true };

describe('a Consent that is proposed', () => {
  test('is a request of this authority, for every record where it names none', () => {
    expect(ask({})).toEqual({ patientId: PATIENT, permissions: ['read'], purposes: ['TREAT'] });
  });

  test('says what may be done, for what, until when, why, and when it lapses', () => {
    expect(
      ask({
        id: 'mine',
        meta: { versionId: '1' },
        extension: [
          { url: 'urn:careledger:reason', valueString: 'Diabetes ward' },
          { url: 'urn:careledger:answer-by', valueDateTime: '2026-12-24T00:00:00Z' },
        ],
        category: [concept('http://loinc.org', '59284-0')],
        provision: {
          ...provision,
          extension: [copyAt('ETREAT')],
          period: { end: '2027-01-31T12:00:00+01:00' },
          action: [concept(`${HL7}/consentaction`, 'access'), operation('CREATE'), operation('UPDATE')],
          purpose: [purpose('TREAT'), { ...purpose('ETREAT'), display: 'Emergency treatment' }],
        },
      }),
    ).toEqual({
      ...{ patientId: PATIENT, permissions: ['read', 'write', 'modify'], purposes: ['TREAT', 'ETREAT'] },
      ...{ reason: 'Diabetes ward', answerBy: '2026-12-24T00:00:00.000Z', until: '2027-01-31T11:00:00.000Z' },
      copy: { purpose: 'ETREAT', unit: 'cardiology' },
    });
  });

  test.each([
    [{ reference: `Patient/${PATIENT}` }],
    [{ reference: `${context.base}/Patient/pat-${'a'.repeat(32)}` }],
    [{ type: 'Patient', identifier: { system: 'urn:careledger:patient', value: PATIENT } }],
  ])('names its patient as %j', (patient) => {
    expect(ask({ patient }).patientId).toBe(PATIENT);
  });

  test('is about types of resources and their categories together, or any of several codes', () => {
    const types = ['Observation', 'DiagnosticReport'].map((code) => ({
      system: 'http://hl7.org/fhir/resource-types',
      code,
    }));
    const laboratory = concept(`${HL7}/observation-category`, 'laboratory');
    const weight = concept('http://loinc.org', '29463-7');
    expect(about({ class: types })).toEqual([
      { category: '*', resourceType: 'Observation' },
      { category: '*', resourceType: 'DiagnosticReport' },
    ]);
    expect(about({ class: types, code: [laboratory] })).toEqual([
      { category: 'laboratory', resourceType: 'Observation' },
      { category: 'laboratory', resourceType: 'DiagnosticReport' },
    ]);
    expect(about({ code: [laboratory, weight] })).toEqual([
      { category: 'laboratory', resourceType: '*' },
      { system: 'http://loinc.org', code: '29463-7' },
    ]);
  });

  test('asks for the single measured values where it says so alone', () => {
    expect(ask({ provision: { ...provision, extension: [detail] } }).detail).toBe(true);
    expect(ask({ provision: { ...provision, extension: undefined } })).not.toHaveProperty('detail');
  });

  test('is about labels, single records, or what belongs to a visit', () => {
    const label = { system: `${HL7}/v3-ActCode`, code: 'PSY' };
    expect(about({ securityLabel: [label, { system: `${HL7}/v3-Confidentiality`, code: 'R' }] })).toEqual([
      { label: 'PSY' },
      { label: 'R' },
    ]);
    const id = resourceIdOf({ patientId: PATIENT, recordId: RECORD, entry: undefined });
    const visit = { type: 'Encounter', identifier: { system: 'urn:careledger:visit', value: VISIT } };
    expect(
      about({
        data: [
          { meaning: 'instance', reference: { reference: `Bundle/${id}` } },
          { meaning: 'dependents', reference: visit },
        ],
      }),
    ).toEqual([{ recordId: RECORD }, { encounter: VISIT }]);
  });
});

/** Each fault: where it is, and which code R4 has for it. */
function faultsOf(asking: () => unknown): { expression: string; code: string }[] {
  try {
    asking();
  } catch (error) {
    const { code, members } = error as Problem;
    expect(code).toBe('FHIR_INVALID');
    return members.issues.map((issue) => ({
      ...issue,
      expression: issue.expression.replace('Consent.', ''),
    }));
  }
  throw new Error('It was taken');
}
interface Problem {
  readonly code: string;
  readonly members: { readonly issues: readonly { readonly expression: string; readonly code: string }[] };
}
/** Where each fault is. */
const refused = (asking: () => unknown): string[] => faultsOf(asking).map(({ expression }) => expression);

describe('what no patient can be asked is refused by its element', () => {
  const loinc = concept('http://loinc.org', '29463-7');
  const recordOf = (patientId: string) => ({
    meaning: 'instance',
    reference: { reference: `Bundle/${resourceIdOf({ patientId, recordId: RECORD, entry: undefined })}` },
  });

  test.each([
    ['status', { status: 'active' }],
    ['status', { status: 'draft' }],
    ['scope', { scope: concept(`${HL7}/consentscope`, 'research') }],
    ['scope.text', { scope: { ...consent.scope, text: 'Everything' } }],
    ['category[0]', { category: [concept(`${HL7}/consentcategorycodes`, 'dnr')] }],
    ['category', { category: [consent.category[0], consent.category[0]] }],
    ['patient', { patient: { reference: 'Patient/4711' } }],
    ['patient', { patient: {} }],
    ['patient', { patient: { identifier: { system: 'urn:oid:1.2.3', value: PATIENT } } }],
    [
      'patient',
      {
        patient: {
          ...consent.patient,
          identifier: { system: 'urn:careledger:patient', value: `pat_${'c'.repeat(32)}` },
        },
      },
    ],
    ['patient.display', { patient: { ...consent.patient, display: 'Ann' } }],
    ['policyRule', { policyRule: concept(`${HL7}/v3-ActCode`, 'OPTOUT') }],
    ['dateTime', { dateTime: '2026-01-01' }],
    ['performer', { performer: [consent.patient] }],
    ['verification', { verification: [{ verified: true }] }],
    ['sourceAttachment', { sourceAttachment: { title: 'Signed' } }],
    ['_status', { _status: { id: 'a' } }],
    ['contained', { contained: [] }],
    ['modifierExtension', { modifierExtension: [{ url: 'urn:x', valueBoolean: true }] }],
    ['extension[0]', { extension: [{ url: 'urn:x', valueString: 'y' }] }],
    ['extension[0].valueBoolean', { extension: [{ url: 'urn:careledger:reason', valueBoolean: true }] }],
  ])('%s of %j', (element, more) => {
    expect(refused(() => ask(more))).toContain(element);
  });

  test.each([
    ['type', { type: 'deny' }],
    ['type', { type: 'opt-in' }],
    ['provision', { provision: [{ type: 'deny' }] }],
    ['dataPeriod', { dataPeriod: { start: '2026-01-01' } }],
    ['period.start', { period: { start: '2026-01-01T00:00:00Z', end: '2027-01-01T00:00:00Z' } }],
    ['period.end', { period: { start: '2026-01-01T00:00:00Z' } }],
    ['period.end', { period: { end: '2027-01-31' } }],
    ['period.end', { period: { end: '2027-02-30T00:00:00Z' } }],
    ['period.end', { period: { end: '2027-01-31T00:00:00' } }],
    ['actor', { actor: undefined }],
    ['actor', { actor: [...provision.actor, ...provision.actor] }],
    ['actor[0].role', { actor: [{ ...provision.actor[0], role: concept(`${HL7}/v3-RoleClass`, 'AGNT') }] }],
    [
      'actor[0].reference',
      {
        actor: [
          {
            ...provision.actor[0],
            reference: { identifier: { ...hospital.identifier, value: 'aut_lab' } },
          },
        ],
      },
    ],
    ['action', { action: undefined }],
    ['action', { action: [] }],
    ['action[1]', { action: [operation('READ'), operation('DELETE')] }],
    ['action[0]', { action: [concept(`${HL7}/consentaction`, 'disclose')] }],
    ['purpose', { purpose: undefined }],
    ['purpose[0]', { purpose: [purpose('HMARKT')] }],
    ['purpose[0]', { purpose: [{ system: 'urn:mine', code: 'TREAT' }] }],
    ['class[0]', { class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Spaceship' }] }],
    ['class[0]', { class: [{ system: 'urn:ietf:bcp:13', code: 'application/hl7-cda+xml' }] }],
    ['code[0]', { code: [concept('http://unitsofmeasure.org', 'kg')] }],
    ['code[0].text', { code: [{ ...loinc, text: 'Weight' }] }],
    ['code[0].coding', { code: [{ coding: [...loinc.coding, ...loinc.coding] }] }],
    [
      'code[0]',
      { class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }], code: [loinc] },
    ],
    ['securityLabel[0]', { securityLabel: [{ system: `${HL7}/v3-Confidentiality`, code: 'X' }] }],
    ['', { code: [loinc], securityLabel: [{ system: `${HL7}/v3-Confidentiality`, code: 'R' }] }],
    ['', { code: Array.from({ length: 17 }, (_, index) => concept('http://loinc.org', `${index}-1`)) }],
    ['data[0]', { data: [recordOf(`pat_${'c'.repeat(32)}`)] }],
    ['data[0]', { data: [{ ...recordOf(PATIENT), meaning: 'related' }] }],
    [
      'extension[0]',
      {
        action: [operation('CREATE')],
        extension: [copyAt('TREAT')],
      },
    ],
    ['extension[1]', { action: [operation('CREATE')], extension: [detail, copyAt('TREAT')] }],
    ['extension', { extension: [detail, detail] }],
    ['extension', { action: [operation('CREATE')], extension: [detail] }],
  ])('%s of the provision %j', (element, more) => {
    const path = element === '' ? 'provision' : `provision.${element}`;
    expect(refused(() => askFor(more))).toContain(path);
  });

  /** What a nested provision of R4 could say: an exception, the same once more, less, or the kind of rule that we answer with. */
  const within: readonly (readonly [string, object])[] = [
    ['an exception', { type: 'deny', class: provision.purpose }],
    ['the same', provision],
    ['less', { ...provision, purpose: [purpose('TREAT')] }],
    ['more', { ...provision, action: [operation('READ'), operation('UPDATE')] }],
    ['an exception within an exception', { type: 'deny', provision: [{ type: 'permit' }] }],
    ['single values', { ...provision, extension: [detail] }],
    ['a copy', { ...provision, extension: [copyAt('TREAT')] }],
    ['nothing', {}],
  ];

  test.each(within)('a provision within the provision: %s', (_name, nested) => {
    for (const more of [{ provision: [nested] }, { type: 'deny', provision: [nested, nested] }])
      expect(faultsOf(() => askFor(more))).toContainEqual(
        expect.objectContaining({ expression: 'provision.provision', code: 'not-supported' }),
      );
    // Beside one that is refused, what is in it is asked of nobody either.
    expect(refused(() => ask({ provision: { provision: [nested] } }))).toEqual(
      expect.arrayContaining([
        'provision.provision',
        'provision.actor',
        'provision.action',
        'provision.purpose',
      ]),
    );
  });

  test('an empty list of them, and one that is none', () => {
    for (const nested of [[], {}, null, 'permit', [null]])
      expect(refused(() => askFor({ provision: nested }))).toContain('provision.provision');
  });

  test('what this server answers where several kinds of terms count is read, not asked again', () => {
    const { actor, action, purpose: purposes } = provision;
    const rules = [
      { ...provision, securityLabel: [] },
      { ...provision, code: [loinc] },
    ];
    expect(refused(() => ask({ provision: { actor, action, purpose: purposes, provision: rules } }))).toEqual(
      ['provision.provision'],
    );
  });

  test('all faults are told at once, none twice', () => {
    const faults = refused(() =>
      ask({ status: 'active', provision: { ...provision, type: 'deny', action: [operation('DELETE')] } }),
    );
    expect(faults).toEqual(['status', 'provision.type', 'provision.action[0]']);
  });
});
