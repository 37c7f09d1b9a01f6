import type { GrantState, SubscriptionState } from '@careledger/contracts';
import { grantState, subscriptionState } from '@careledger/contracts/examples';
import { checkResource, statementIdOf } from '@careledger/fhir';
import type { GrantMeaning } from '@careledger/protocol';
import { describe, expect, test } from '@jest/globals';
import { without } from '../resources/json.js';
import { consentResource, statusOf, type AskedConsentState } from './consent-resource.js';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const TAG = grantState.scopeTags[0] ?? '';
const subscription = {
  ...(without(subscriptionState, 'until', 'scopeHash', 'grantId') as SubscriptionState),
  ...{ permissions: ['read' as const], purposes: ['TREAT' as const] },
};
const grant = {
  ...(without(grantState, 'until') as GrantState),
  ...{ scopeTags: [] as string[], permissions: ['read' as const] },
};
const nothing: GrantMeaning = { v: 1, scope: [], grantee: [] };
const given = (more: object = {}, meaning: GrantMeaning | null = nothing): AskedConsentState => ({
  subscription: { ...subscription, status: 'approved' },
  given: { grant: { ...grant, ...more }, meaning },
});
const provisionOf = (state: AskedConsentState) => {
  const resource = consentResource(state, NOW);
  checkResource(resource);
  return resource['provision'];
};
/** What of a provision says which records it is about. */
const about = (...scope: object[]) => {
  const terms = scope.map((term) => ({ ...term, tag: TAG })) as GrantMeaning['scope'];
  return provisionOf(given({ scopeTags: terms.map(() => TAG) }, { ...nothing, scope: terms }));
};

describe('what has become of a request', () => {
  test.each([
    ['proposed', 'pending'],
    ['rejected', 'rejected'],
    ['inactive', 'lapsed'],
    ['inactive', 'cancelled'],
  ] as const)('%s: %s, and nothing was given', (expected, status) => {
    expect(statusOf({ subscription: { ...subscription, status }, given: undefined }, NOW)).toBe(expected);
  });

  test('what was given lasts as long as its grant, whoever hears of what', () => {
    const of = (more: object) => statusOf(given(more), NOW);
    expect([of({}), of({ from: '2027-01-01T00:00:00Z' })]).toEqual(['active', 'active']);
    expect(of({ revokedAt: '2026-05-31T00:00:00Z' })).toBe('inactive');
    expect(of({ until: '2026-06-01T00:00:00Z' })).toBe('inactive');
    const cancelled = { ...given(), subscription: { ...subscription, status: 'cancelled' as const } };
    expect(statusOf(cancelled, NOW)).toBe('active');
  });
});

describe('as R4 has it', () => {
  test('a request says what is asked, and that only the patient can read for which records', () => {
    const { patientId, subscriptionId } = subscription;
    const asked = { ...subscription, status: 'pending' as const };
    expect(consentResource({ subscription: asked, given: undefined }, NOW)).toMatchObject({
      ...{ resourceType: 'Consent', status: 'proposed' },
      id: statementIdOf({ patientId, sid: subscriptionId }),
      patient: { reference: `Patient/${patientId.replace('_', '-')}` },
      provision: {
        action: [{ coding: [{ code: 'READ' }] }],
        purpose: [{ code: 'TREAT' }],
        actor: [{ reference: { identifier: { value: subscription.authorityId } } }],
      },
    });
    expect(provisionOf({ subscription: asked, given: undefined })).not.toHaveProperty('code');
    const scoped = { ...asked, scopeHash: 'A'.repeat(43), until: '2027-01-01T00:00:00Z' };
    expect(provisionOf({ subscription: scoped, given: undefined })).toMatchObject({
      period: { end: '2027-01-01T00:00:00Z' },
      code: [{ extension: [{ valueCode: 'masked' }] }],
    });
  });

  test('what was given is what the grant says, not what was asked for', () => {
    expect(
      provisionOf(given({ permissions: ['write'], purposes: ['ETREAT'], until: '2027-01-01T00:00:00Z' })),
    ).toMatchObject({
      type: 'permit',
      period: { start: grant.from, end: '2027-01-01T00:00:00Z' },
      action: [{ coding: [{ code: 'CREATE' }] }],
      purpose: [{ code: 'ETREAT' }],
    });
  });

  test('types of the same categories are one rule', () => {
    const code = [
      { coding: [{ code: 'laboratory', system: expect.stringContaining('observation-category') }] },
    ];
    expect(
      about(
        { category: 'laboratory', resourceType: 'Observation' },
        { category: 'laboratory', resourceType: 'DiagnosticReport' },
      ),
    ).toMatchObject({ type: 'permit', class: [{ code: 'Observation' }, { code: 'DiagnosticReport' }], code });
    const any = about({ category: 'laboratory', resourceType: '*' });
    expect(any).toMatchObject({ code });
    expect(any).not.toHaveProperty('class');
  });

  test('what counts by itself is a rule of its own: nobody takes either for both together, or for all', () => {
    const both = about(
      { category: '*', resourceType: 'Device' },
      { system: 'http://loinc.org', code: '718-7' },
    );
    expect(both).not.toHaveProperty('type');
    expect(both).toMatchObject({
      provision: [
        { type: 'permit', class: [{ code: 'Device' }], purpose: [{}, {}] },
        { type: 'permit', code: [{ coding: [{ system: 'http://loinc.org', code: '718-7' }] }] },
      ],
    });
  });

  test('labels, records, visits and authors', () => {
    expect(about({ label: 'R' }, { label: 'PSY' })).toMatchObject({
      securityLabel: [
        { system: expect.stringContaining('v3-Confidentiality'), code: 'R' },
        { system: expect.stringContaining('v3-ActCode'), code: 'PSY' },
      ],
    });
    expect(
      about({ recordId: `rec_${'b'.repeat(32)}` }, { encounter: 'AAECAwQFBgcICQoLDA0ODw' }),
    ).toMatchObject({ data: [{ meaning: 'instance' }, { meaning: 'dependents' }] });
    expect(about({ author: 'aut_lab' })).toMatchObject({ code: [{ text: 'written by aut_lab' }] });
    expect(about({ category: 'odd', resourceType: '*' })).toMatchObject({ code: [{ text: 'category odd' }] });
  });

  test('a tag that nobody has explained does not vanish: less than everything was given', () => {
    const masked = { code: [{ extension: [{ valueCode: 'masked' }] }] };
    expect(provisionOf(given({ scopeTags: [TAG] }, null))).toMatchObject(masked);
    expect(provisionOf(given({ granteeTags: [TAG] }, null))).toMatchObject({
      actor: [{ reference: { extension: [{ valueCode: 'masked' }] } }],
    });
  });

  test('whom within the authority, which time of records, and a copy', () => {
    const meaning = {
      ...{ v: 1, scope: [], grantee: [{ unit: 'cardiology', tag: TAG }] },
      copy: { unit: 'cardiology', salt: 'A'.repeat(43) },
    } as const;
    const period = { start: '2026-01-01T00:00:00.000Z', end: '2026-02-01T00:00:00.000Z' };
    const copy = { purpose: 'TREAT' as const, unitHash: 'A'.repeat(43) };
    expect(
      provisionOf(given({ granteeTags: [TAG], period, copy }, meaning as unknown as GrantMeaning)),
    ).toMatchObject({
      actor: [{ reference: { identifier: { value: 'cardiology' } } }],
      dataPeriod: { start: period.start, end: '2026-01-31T23:59:59.999Z' },
      extension: [{ extension: [{ valueCode: 'TREAT' }, { url: 'unit', valueString: 'cardiology' }] }],
    });
  });

  test('the single measured values are said where they are asked for, or given, and nowhere else', () => {
    const single = { url: 'urn:careledger:detail', valueBoolean: true };
    const asked = (more: object) =>
      provisionOf({ subscription: { ...subscription, ...more, status: 'pending' }, given: undefined });
    expect(asked({ detail: true })).toMatchObject({ extension: [single] });
    expect(asked({})).not.toHaveProperty('extension');
    expect(provisionOf(given({ detail: true }))).toMatchObject({ extension: [single] });
    // Asked for, and not given.
    const state = given();
    const less = { ...state, subscription: { ...state.subscription, detail: true as const } };
    expect(provisionOf(less)).not.toHaveProperty('extension');
    const terms = [{ label: 'R' }, { system: 'http://loinc.org', code: '718-7' }];
    const several = {
      ...nothing,
      scope: terms.map((term) => ({ ...term, tag: TAG })),
    } as GrantMeaning;
    expect(provisionOf(given({ detail: true, scopeTags: [TAG, TAG] }, several))).toMatchObject({
      extension: [single],
      provision: [expect.not.objectContaining({ provision: expect.anything() }), {}],
    });
  });
});
