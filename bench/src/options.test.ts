import { expect, test } from '@jest/globals';
import { parseOptions } from './options.js';
import { MEASURES, select } from './registry.js';

function parse(...args: string[]) {
  const written = { out: '', error: '' };
  const options = parseOptions(args, {
    out: (text) => void (written.out += text),
    error: (text) => void (written.error += text),
  });
  return { options, written };
}

test('flags and names come in any order', () => {
  const none = { json: false, quick: false, flamegraphs: false, names: [] };
  expect(parse('--quick', 'one', '--json').options).toEqual({
    ...none,
    json: true,
    quick: true,
    names: ['one'],
  });
  expect(parse('--flamegraphs').options).toEqual({ ...none, flamegraphs: true });
  expect(parse().options).toEqual(none);
});

test('help names every measure with its budget, and ends well', () => {
  const { options, written } = parse('--help');
  expect(options).toEqual({ exitCode: 0 });
  for (const { name } of MEASURES) expect(written.out).toContain(name);
  expect(written.out).toContain('≤ 1,000 ms');
});

test('an unknown flag is named, and ends badly', () => {
  const { options, written } = parse('--fast');
  expect(options).toEqual({ exitCode: 2 });
  expect(written.error).toContain('--fast');
});

test('an unknown measure is refused with the names that there are', () => {
  expect(() => select(['ingest'])).toThrow(
    expect.objectContaining({
      code: 'UNKNOWN_MEASURE',
      message: expect.stringContaining('ingest_vs_verify_limit'),
    }),
  );
});

test('no name selects all, a name only its own', () => {
  expect(select([])).toEqual(MEASURES);
  expect(select(['devnet_start_ms']).map(({ name }) => name)).toEqual(['devnet_start_ms']);
});
