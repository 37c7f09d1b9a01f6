import { afterAll, beforeAll } from '@jest/globals';
import { GatewayFixture } from '../fixtures/services/gateway-fixture.js';
import { describeAnswers } from './gateway/answers.js';
import { describeConsent } from './gateway/consent.js';
import { describeDisclosure } from './gateway/disclosure.js';
import { describeEmergencies } from './gateway/emergencies.js';
import { describeEnrolment } from './gateway/enrolment.js';
import { describeLists } from './gateway/lists.js';
import { describeProofs } from './gateway/proofs.js';
import { describeRecords } from './gateway/records.js';
import { describeSettings } from './gateway/settings.js';
import { describeSubscriptions } from './gateway/subscriptions.js';

let fixture: GatewayFixture;
const running = (): GatewayFixture => fixture;
beforeAll(async () => {
  fixture = await GatewayFixture.start();
}, 120_000);
afterAll(() => fixture[Symbol.asyncDispose](), 60_000);

describeRecords(running);
describeSettings(running);
describeEmergencies(running);
describeEnrolment(running);
describeSubscriptions(running);
describeConsent(running);
describeAnswers(running);
describeDisclosure(running);
describeProofs(running);
describeLists(running);
