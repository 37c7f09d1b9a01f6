import type { buildApp } from '@careledger/cloud-service';
import { afterAll, beforeAll } from '@jest/globals';
import { requestAhead } from '../../fixtures/providers/hasty-relay.js';
import { ProviderRig } from '../../cloud/provider-rig.js';
import { Scene } from '../../fixtures/providers/cloud-fixture.js';
import { PROVIDER_ATTEMPTS } from '../provider/provider-attempts.js';
import { ProviderCast } from '../provider/provider-fixture.js';
import { describeChecks } from './checks-suite.js';
import { PROVIDER_MUTANTS } from './provider-mutants.js';
import { PROVIDER_PLACES } from './provider-locations.js';
import { switchedBuild } from './switched-build.js';

const START_TIMEOUT_MS = 120_000;

const { build, switches } = await switchedBuild<{ readonly buildApp: typeof buildApp }>(
  { '@careledger/cloud-service': ['buildApp'] },
  PROVIDER_PLACES,
);

let rig: ProviderRig | undefined;
const running = (): ProviderRig => {
  if (rig === undefined) throw new Error('The providers have not started.');
  return rig;
};
const cast = new ProviderCast(new Scene(running), (identity, statement, aheadMs) =>
  requestAhead(running().network, identity, statement, aheadMs),
);
beforeAll(async () => {
  rig = await ProviderRig.start(build.buildApp);
  await cast.register();
}, START_TIMEOUT_MS);
afterAll(() => rig?.[Symbol.asyncDispose](), START_TIMEOUT_MS);

describeChecks({
  switches,
  places: PROVIDER_PLACES,
  mutants: PROVIDER_MUTANTS,
  attempts: PROVIDER_ATTEMPTS,
  run: (each) => each.run(cast),
});
