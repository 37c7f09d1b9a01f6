import { expect, test } from '@jest/globals';
import { codesOf } from './declared-codes.js';
import { textOf } from './workspace.js';

const page = textOf('spec/device.md');

/** First cells of the rows below a heading, codes alone. */
const rowsOf = (heading: string): string[] => {
  const [, section = ''] = page.split(`\n${heading}\n`);
  const [body = ''] = section.split(/\n#{1,3} /);
  return [...body.matchAll(/^\| `([A-Z][A-Z0-9_]+)`/gm)].map(([, code]) => code as string);
};

test('every code of a rejected frame has its row in spec/device.md: permanent or again, and the way out', () => {
  const declared = [
    { file: 'packages/private-chain/src/errors.ts', name: 'FrameErrorCode' },
    { file: 'packages/clinical/src/reading.ts', name: 'ReadingErrorCode' },
    { file: 'gateway-service/src/ingest/codes.ts', name: 'RefusalCode' },
  ].flatMap(codesOf);
  expect(rowsOf('### Codes').sort()).toEqual([...new Set(declared)].sort());
});

test('every reason for which a connection is ended stands in spec/device.md', () => {
  const violations = codesOf({ file: 'gateway-service/src/broker/violations.ts', name: 'ViolationCode' });
  // Those of refused credentials are answered by CONNACK.
  const ended = violations.filter((code) => !code.startsWith('DEVICE_') && code !== 'CREDENTIALS_MISSING');
  const [, connecting = ''] = page.split('\n## Connecting\n');
  expect(ended.filter((code) => !connecting.includes(`\`${code}\``))).toEqual([]);
});
