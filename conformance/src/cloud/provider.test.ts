import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeBatches } from './batches-suite.js';
import { describePermits } from './permits-suite.js';
import { ProvidersFixture } from '../fixtures/providers/providers-fixture.js';
import { describeRelayed } from './relayed-suite.js';
import { describeResuming } from './resume-suite.js';
import { CloudFixture } from '../fixtures/providers/cloud-fixture.js';
import { describeStoreBatches } from './store-batch-suite.js';
import { describeStoring } from './storing-suite.js';
import { describeWraps } from './wraps-suite.js';

const START_TIMEOUT_MS = 120_000;

describe('cloud providers', () => {
  let providers: ProvidersFixture | undefined;
  const fixture = new CloudFixture(() => {
    if (providers === undefined) throw new Error('The providers have not started');
    return providers;
  });
  beforeAll(async () => {
    providers = await ProvidersFixture.start();
    await fixture.register();
  }, START_TIMEOUT_MS);
  afterAll(() => providers?.[Symbol.asyncDispose](), START_TIMEOUT_MS);

  describeStoring(fixture);
  describeStoreBatches(fixture);
  describeWraps(fixture);
  describePermits(fixture);
  describeBatches(fixture);
  describeRelayed(fixture);
  describeResuming(fixture);
});
