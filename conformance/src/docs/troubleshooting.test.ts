import { describe, expect, test } from '@jest/globals';
import { readCatalogues } from './catalogues.js';
import { LITERALS, codesOf, literalsOfServices } from './declared-codes.js';
import {
  TROUBLESHOOTING_PAGE,
  parseTroubleshooting,
  renderTroubleshooting,
  withoutAdvice,
  withoutCode,
} from './troubleshooting.js';
import { textOf } from './workspace.js';

const text = textOf(TROUBLESHOOTING_PAGE);
const page = parseTroubleshooting(text);
const codes = readCatalogues();

// What fails here is fixed by `npm run troubleshooting`, and by what that asks for.
describe(TROUBLESHOOTING_PAGE, () => {
  test('has a section for every code that users meet', () => {
    expect([...codes.keys()].filter((code) => !page.advice.has(code))).toEqual([]);
  });

  test('has no section for a code that nobody gives any more', () => {
    expect(withoutCode(page, codes)).toEqual([]);
  });

  test('says what to do next about every code', () => {
    expect(withoutAdvice(page, codes)).toEqual([]);
  });

  test('repeats the catalogues word for word', () => {
    expect(text).toBe(renderTroubleshooting(page, codes));
  });
});

describe('the catalogues', () => {
  test('name the services that mean the same by a code in one line, and others in lines of their own', () => {
    expect(codes.get('VISIT_UNKNOWN')?.map(({ where }) => where)).toEqual([
      'Ledger',
      'Gateway, cloud, HTTP 404',
      'Api, HTTP 404',
    ]);
  });

  test('lack no code that a service gives', () => {
    const given = literalsOfServices();
    expect([...given].filter((code) => !codes.has(code))).toEqual([]);
    expect(LITERALS.flatMap((literals) => literals.codes).filter((code) => !given.has(code))).toEqual([]);
  });

  test('do not pass over codes that have moved', () => {
    expect(() => codesOf({ file: 'packages/fhir/src/errors.ts', name: 'NoSuchCode' })).toThrow(
      'declares no codes as NoSuchCode',
    );
  });
});

describe('writing the page', () => {
  const two = new Map([
    ['B_CODE', [{ where: 'Ledger', words: 'Meaning of B.' }]],
    ['A_CODE', [{ where: 'Frame' }]],
  ]);

  test('keeps what people wrote, drops what no catalogue has, and leaves room for what is new', () => {
    const before = parseTroubleshooting(
      '# Title\n\n### B_CODE\n\n- Ledger: Old words.\n\nAsk again:\n\n- soon\n\n### GONE\n\nx\n',
    );
    expect(renderTroubleshooting(before, two)).toBe(
      '# Title\n\n### A_CODE\n\n- Frame\n\n### B_CODE\n\n- Ledger: Meaning of B.\n\nAsk again:\n\n- soon\n',
    );
    expect(withoutAdvice(before, two)).toEqual(['A_CODE']);
    expect(withoutCode(before, two)).toEqual(['GONE']);
  });
});
