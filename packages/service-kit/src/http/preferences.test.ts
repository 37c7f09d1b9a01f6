import { expect, test } from '@jest/globals';
import { PREFERRED_WAIT_MAX_MS, appliedOf, preferencesOf } from './preferences.js';

test.each([
  [undefined, { isAsync: false, waitMs: undefined }],
  ['respond-async', { isAsync: true, waitMs: undefined }],
  ['Respond-Async, WAIT=10', { isAsync: true, waitMs: 10_000 }],
  ['return=minimal; foo="a", wait="3"', { isAsync: false, waitMs: 3_000 }],
  // The first one counts, also of two header lines.
  ['wait=1, wait=9', { isAsync: false, waitMs: 1_000 }],
  [['wait = 2', 'respond-async'], { isAsync: true, waitMs: 2_000 }],
  ['wait=86400', { isAsync: false, waitMs: PREFERRED_WAIT_MAX_MS }],
  ['wait=-1, =, ;;, "', { isAsync: false, waitMs: undefined }],
  ['wait=1.5', { isAsync: false, waitMs: undefined }],
])('Prefer: %j', (header, preferences) => {
  expect(preferencesOf(header)).toEqual(preferences);
});

test('what was followed is said, and nothing where nothing was preferred', () => {
  expect(appliedOf(preferencesOf('respond-async, wait=99'))).toBe('respond-async, wait=25');
  expect(appliedOf(preferencesOf('handling=strict'))).toBeUndefined();
});
