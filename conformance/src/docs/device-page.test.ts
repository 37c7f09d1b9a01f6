import { expect, test } from '@jest/globals';
import { codesOf } from './declared-codes.js';
import { textOf } from './workspace.js';

const page = textOf('spec/device.md');

test('every reason for which a connection is ended stands in spec/device.md', () => {
  const violations = codesOf({ file: 'gateway-service/src/broker/violations.ts', name: 'ViolationCode' });
  // Those of refused credentials are answered by CONNACK.
  const ended = violations.filter((code) => !code.startsWith('DEVICE_') && code !== 'CREDENTIALS_MISSING');
  const [, connecting = ''] = page.split('\n## Connecting\n');
  expect(ended.filter((code) => !connecting.includes(`\`${code}\``))).toEqual([]);
});
