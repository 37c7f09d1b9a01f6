import { expect, test } from '@jest/globals';
import { resourceScopesOf } from '../issuers/smart-scopes.js';
import type { Principal } from './principal.js';
import { searchedPatient } from './scopes.js';

const [ANN, BOB] = ['a', 'b'].map((letter) => `pat_${letter.repeat(32)}`);
const launched = (scope: string, patientId: string | null | undefined = ANN) =>
  ({
    role: 'practitioner',
    signIn: { scopes: resourceScopesOf(scope.split(' ')), patientId },
  }) as unknown as Principal;
const searched = (principal: Principal, named?: string) => {
  try {
    return searchedPatient(principal, named, 'Consent');
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
};

test('a search that names nobody is of whom the app was launched for, where the token is for nobody else', () => {
  expect(searched(launched('patient/*.rs'))).toBe(ANN);
  expect(searched(launched('patient/Consent.s'), ANN)).toBe(ANN);
  expect(searched(launched('patient/*.rs'), BOB)).toBe('SCOPE_INSUFFICIENT');
  expect(searched(launched('patient/Observation.rs user/Observation.rs'))).toBe('SCOPE_INSUFFICIENT');
  expect(searched(launched('patient/*.rs', null))).toBe('SCOPE_INSUFFICIENT');
});

test('and of everybody where it is for everybody, or narrowed by no scopes', () => {
  expect(searched(launched('user/Consent.rs'))).toBeUndefined();
  expect(searched(launched('user/Consent.rs patient/*.rs'), BOB)).toBe(BOB);
  expect(searched(launched('user/Consent.r'))).toBe('SCOPE_INSUFFICIENT');
  const ofConfiguration = { role: 'practitioner', signIn: undefined } as unknown as Principal;
  expect([searched(ofConfiguration), searched(ofConfiguration, BOB)]).toEqual([undefined, BOB]);
});
