import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { parseDevOptions } from '../dev/options.js';
import { parseSandboxOptions } from '../sandbox/options.js';

test.each([
  ['dev', parseDevOptions, '.careledger/dev'],
  ['sandbox', parseSandboxOptions, '.careledger/sandbox'],
])('%s runs in an absolute folder, its own or the one that is named', (_name, parse, own) => {
  expect(parse([]).dir).toBe(resolve(own));
  expect(parse(['--dir', 'there']).dir).toBe(resolve('there'));
});
