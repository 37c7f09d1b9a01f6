import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant } from './instant.js';

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const character = fc.constantFrom(...'0123456789-:.TZtz +١é');

test('only the two forms are times, and each is the time that it says', () => {
  const whole = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
  const edits = fc.array(fc.record({ at: fc.nat({ max: 24 }), cut: fc.nat({ max: 1 }), character }), {
    maxLength: 2,
  });
  fc.assert(
    fc.property(whole, fc.boolean(), edits, (date, isShort, changes) => {
      let text = isShort ? date.toISOString().replace(/\.\d{3}Z$/, 'Z') : date.toISOString();
      for (const { at, cut, character: put } of changes)
        text = text.slice(0, at) + put + text.slice(at + cut);
      // 30 February is another day to Date.parse, and no time here.
      const parsed = FORM.test(text) ? Date.parse(text) : Number.NaN;
      const isSame = !Number.isNaN(parsed) && new Date(parsed).toISOString().startsWith(text.slice(0, 19));
      expect(parseInstant(text)).toBe(isSame && parsed >= 0 ? parsed : Number.NaN);
    }),
    { numRuns: 3_000 },
  );
});
