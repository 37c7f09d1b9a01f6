import { pathToFileURL } from 'node:url';
import { accessControl, records } from '@careledger/contracts';
import { expect, test } from '@jest/globals';
import { alteredBuild } from './altered/altered-build.js';
import { MISTAKES } from './altered/mistakes.js';
import { trySchedule } from './altered/schedule.js';
import { World } from './world/world.js';

const TIMEOUT_MS = 300_000;
const CHAINCODE = {
  [accessControl.name]: '@careledger/access-control-chaincode',
  [records.name]: '@careledger/records-chaincode',
};

const made = (where: 'chaincode' | 'provider') =>
  MISTAKES.filter((mistake) => mistake.in === where).flatMap(({ alterations }) => alterations);

/** Without them the same schedule leaves nothing to object to: `consent.test.ts`. */
test(
  `the judge finds ${MISTAKES.map(({ what }) => what).join(', ')}`,
  async () => {
    await using chaincode = await alteredBuild(CHAINCODE, made('chaincode'));
    await using provider = await alteredBuild({ provider: '@careledger/cloud-service' }, made('provider'));
    const modules = Object.fromEntries(Object.keys(CHAINCODE).map((name) => [name, chaincode.file(name)]));
    const providerBuild = pathToFileURL(provider.file('provider')).href;
    await using world = await World.start({ modules, providerBuild });
    const { findings } = await trySchedule(world);
    expect(findings.faults).toEqual(MISTAKES.flatMap(({ finds }) => finds).sort());
  },
  TIMEOUT_MS,
);
