import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { failureOf } from '../testing/failure.js';
import {
  PROBE_SOURCE,
  TemporaryFolder,
  TestClient,
  jsonOf,
  startTestDevnet,
  textOf,
} from '../testing/network.js';
import { Codes } from './block/codes.js';
import type { Devnet } from './devnet.js';

describe('keys with an endorsement policy of their own', () => {
  let folder: TemporaryFolder;
  let devnet: Devnet;
  let client: TestClient;

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    devnet = await startTestDevnet(folder, {
      channels: {
        ch: {
          organizations: ['A', 'B', 'C'],
          chaincodes: { probe: { source: PROBE_SOURCE, policy: "OR('A.peer','B.peer','C.peer')" } },
        },
      },
    });
    client = await TestClient.open(devnet, 'ch', 'A');
    await client.contract().submitTransaction('put', 'kept', 'v0');
    await client.contract().submitTransaction('protect', 'kept', 'B,C');
  });

  afterAll(async () => {
    client[Symbol.dispose]();
    await devnet.close();
    await folder[Symbol.asyncDispose]();
  });

  const putBy = (key: string, value: string, organisations: string[]) =>
    client.contract().submit('put', { arguments: [key, value], endorsingOrganizations: organisations });

  test('the policy can be read back', async () => {
    const orgs = jsonOf<string[]>(await client.contract().evaluateTransaction('policyOf', 'kept'));
    expect(orgs.sort()).toEqual(['B', 'C']);
  });

  test("it replaces the chaincode's policy for its key: who was enough is not any more", async () => {
    const failure = await failureOf(putBy('kept', 'v1', ['A']));
    expect(failure.code).toBe(Codes.ENDORSEMENT_POLICY_FAILURE);
    await putBy('kept', 'v1', ['B', 'C']);
    expect(textOf(await client.contract().evaluateTransaction('get', 'kept'))).toBe('v1');
    await putBy('other', 'v', ['A']);
  });

  test('a gateway finds the endorsers that the key needs', async () => {
    await client.contract().submitTransaction('put', 'kept', 'v2');
    expect(textOf(await client.contract().evaluateTransaction('get', 'kept'))).toBe('v2');
  });

  test('a new value keeps the policy', async () => {
    await putBy('kept', 'v3', ['B', 'C']);
    expect((await failureOf(putBy('kept', 'v4', ['B']))).code).toBe(Codes.ENDORSEMENT_POLICY_FAILURE);
  });

  test('changing the policy needs those whom the old one names', async () => {
    const change = (organisations: string[]) =>
      client
        .contract()
        .submit('protect', { arguments: ['kept', 'A'], endorsingOrganizations: organisations });
    expect((await failureOf(change(['A']))).code).toBe(Codes.ENDORSEMENT_POLICY_FAILURE);
    await change(['B', 'C']);
    await putBy('kept', 'v5', ['A']);
    expect(textOf(await client.contract().evaluateTransaction('get', 'kept'))).toBe('v5');
  });

  test('a change of policy and a write of the key in one block: the write is invalid', async () => {
    await client.contract().submitTransaction('put', 'fresh', 'v0');
    const change = await client
      .contract()
      .newProposal('protect', { arguments: ['fresh', 'B'] })
      .endorse();
    const write = await client
      .contract()
      .newProposal('put', { arguments: ['fresh', 'v1'] })
      .endorse();
    const commits = await Promise.all([change.submit(), write.submit()]);
    const [changed, written] = await Promise.all(commits.map((each) => each.getStatus()));
    expect(changed?.code).toBe(Codes.VALID);
    expect(written?.blockNumber).toBe(changed?.blockNumber);
    expect(written?.code).toBe(Codes.ENDORSEMENT_POLICY_FAILURE);
  });
});
