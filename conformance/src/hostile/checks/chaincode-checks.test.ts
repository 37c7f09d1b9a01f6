import type * as AccessControl from '@careledger/access-control-chaincode/chaincode';
import type * as Testing from '@careledger/chaincode-runtime/testing';
import type * as Records from '@careledger/records-chaincode/chaincode';
import { RECOVERERS_VARIABLE } from '@careledger/domain';
import { expect, test } from '@jest/globals';
import { RECOVERERS } from '../../fixtures/chaincode/embedded-channels.js';
import { THROUGH } from '../attempt.js';
import { LedgerFixture } from '../ledger/ledger-fixture.js';
import { honestArgsOf } from '../ledger/drafts.js';
import { LEDGER_ATTEMPTS } from '../ledger/ledger-attempts.js';
import { memoryTarget } from '../ledger/memory-target.js';
import { WRITING } from '../ledger/valid-calls.js';
import { CHAINCODE_MUTANTS } from './chaincode-mutants.js';
import { CHAINCODE_LOCATIONS } from './chaincode-locations.js';
import { describeChecks } from './checks-suite.js';
import { switchedBuild } from './switched-build.js';

type Build = Pick<typeof AccessControl, 'accessControlChaincode'> &
  Pick<typeof Records, 'recordsChaincode'> &
  Pick<typeof Testing, 'MemoryNetwork'>;

process.env[RECOVERERS_VARIABLE] = RECOVERERS;
const { build, switches } = await switchedBuild<Build>(
  {
    '@careledger/access-control-chaincode/chaincode': ['accessControlChaincode'],
    '@careledger/records-chaincode/chaincode': ['recordsChaincode'],
    '@careledger/chaincode-runtime/testing': ['MemoryNetwork'],
  },
  CHAINCODE_LOCATIONS,
);

const network = new build.MemoryNetwork('test', [build.accessControlChaincode, build.recordsChaincode]);
const everybody = await LedgerFixture.on(memoryTarget(network));
/** Everybody on a ledger of their own. */
const fixture = () => everybody.movedTo(memoryTarget(network.copy()));

test.each(WRITING)('with every check on, $name is taken as it should be', async (each) => {
  const here = fixture();
  const args = honestArgsOf(each.name, await each.prepare(here));
  expect(await here.send(each.identity, each.name, args, each.channel)).toBe(THROUGH);
});

describeChecks({
  switches,
  locations: CHAINCODE_LOCATIONS,
  mutants: CHAINCODE_MUTANTS,
  attempts: LEDGER_ATTEMPTS.map((each) => ({
    ...each,
    tries: each.tries.filter(({ where }) => where !== 'network'),
  })),
  run: (each) => each.run(fixture()),
});

test('a check that has moved fails the build', async () => {
  const gone = { ...CHAINCODE_LOCATIONS['audience'], find: 'payload.aud !== nobody' };
  const building = switchedBuild({ '@careledger/statements/portable': ['checkStatement'] }, { gone });
  await expect(building).rejects.toThrow('does not have this once');
});
