import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { JudgedServices } from './judged-services.js';
import { findSchemathesis, judge } from './schemathesis.js';

/** All cases that it works out, and a few at random; `make judges` makes up more. */
const EFFORT = { cases: 30, seed: 1 };
const TIMEOUT_MS = 300_000;

const command = await findSchemathesis({ mayFetch: false });
if (command === undefined)
  process.stderr.write(
    'SKIPPED: no schemathesis on PATH or in SCHEMATHESIS_BIN, so it judges nothing here\n',
  );

(command === undefined ? describe.skip : describe)('schemathesis, with all its checks', () => {
  let dir: string;
  let services: JudgedServices;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'careledger-schemathesis-'));
    services = await JudgedServices.start();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await services[Symbol.asyncDispose]();
    await rm(dir, { recursive: true });
  }, TIMEOUT_MS);

  test.each(['cloud', 'gateway'] as const)(
    'finds nothing that %s does otherwise than it says',
    async (program) => {
      if (command === undefined) throw new RangeError('It is not here');
      const { failures, text, cases } = await judge(command, services.of(program), dir, EFFORT);
      expect([text, failures]).toEqual(['', 0]);
      expect(cases).toBeGreaterThan(EFFORT.cases);
    },
    TIMEOUT_MS,
  );
});
