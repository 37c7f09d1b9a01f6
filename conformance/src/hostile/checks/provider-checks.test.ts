import type { buildApp } from '@careledger/cloud-service';
import { afterAll, beforeAll } from '@jest/globals';
import { requestAhead } from '../../fixtures/providers/hasty-relay.js';
import { ProvidersFixture } from '../../fixtures/providers/providers-fixture.js';
import { CloudFixture } from '../../fixtures/providers/cloud-fixture.js';
import { PROVIDER_ATTEMPTS } from '../provider/provider-attempts.js';
import { ProviderFixture } from '../provider/provider-fixture.js';
import { describeChecks } from './checks-suite.js';
import { PROVIDER_MUTANTS } from './provider-mutants.js';
import { PROVIDER_LOCATIONS } from './provider-locations.js';
import { switchedBuild } from './switched-build.js';

const START_TIMEOUT_MS = 120_000;

const { build, switches } = await switchedBuild<{ readonly buildApp: typeof buildApp }>(
  { '@careledger/cloud-service': ['buildApp'] },
  PROVIDER_LOCATIONS,
);

let providers: ProvidersFixture | undefined;
const running = (): ProvidersFixture => {
  if (providers === undefined) throw new Error('The providers have not started.');
  return providers;
};
const fixture = new ProviderFixture(new CloudFixture(running), (identity, statement, aheadMs) =>
  requestAhead(running().network, identity, statement, aheadMs),
);
beforeAll(async () => {
  providers = await ProvidersFixture.start(build.buildApp);
  await fixture.register();
}, START_TIMEOUT_MS);
afterAll(() => providers?.[Symbol.asyncDispose](), START_TIMEOUT_MS);

describeChecks({
  switches,
  locations: PROVIDER_LOCATIONS,
  mutants: PROVIDER_MUTANTS,
  attempts: PROVIDER_ATTEMPTS,
  run: (each) => each.run(fixture),
});
