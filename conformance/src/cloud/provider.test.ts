import { afterAll, beforeAll, describe } from '@jest/globals';
import { describePermits } from './permits-suite.js';
import { ProviderRig } from './provider-rig.js';
import { describeRelayed } from './relayed-suite.js';
import { describeResuming } from './resume-suite.js';
import { Scene } from '../fixtures/providers/cloud-fixture.js';
import { describeStoring } from './storing-suite.js';
import { describeWraps } from './wraps-suite.js';

const START_TIMEOUT_MS = 120_000;

describe('cloud providers', () => {
  let rig: ProviderRig | undefined;
  const scene = new Scene(() => {
    if (rig === undefined) throw new Error('The providers have not started');
    return rig;
  });
  beforeAll(async () => {
    rig = await ProviderRig.start();
    await scene.register();
  }, START_TIMEOUT_MS);
  afterAll(() => rig?.[Symbol.asyncDispose](), START_TIMEOUT_MS);

  describeStoring(scene);
  describeWraps(scene);
  describePermits(scene);
  describeRelayed(scene);
  describeResuming(scene);
});
