import { expect, test } from '@jest/globals';
import { FHIR_PAGE, renderFhirPage } from './fhir-page.js';
import { textOf } from './workspace.js';

// What fails here is mended by `npm run fhir-page`.
test('the table of the page is the one that routes and CapabilityStatement are made of', () => {
  const page = textOf(FHIR_PAGE);
  expect(page).toBe(renderFhirPage(page));
});

test('a page without a place for it is refused', () => {
  expect(() => renderFhirPage('# FHIR\n')).toThrow('no place for the table');
});
