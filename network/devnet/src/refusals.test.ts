import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { curveOf, negateS, signLowS } from '@careledger/crypto/ecdsa';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, credentials, status } from '@grpc/grpc-js';
import { connect, hash } from '@hyperledger/fabric-gateway';
import type { Gateway } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { failureOf } from '../testing/failure.js';
import { PROBE_SOURCE, TemporaryFolder, TestClient, startTestDevnet } from '../testing/network.js';
import { Codes } from './block/codes.js';
import type { Devnet } from './devnet.js';
import { CertificateAuthority } from './identity/certificate-authority.js';

/** A signature that verifies, in the form that Fabric refuses: S in the upper half of the curve's order. */
function signHighS(key: ReturnType<typeof createPrivateKey>, message: Uint8Array): Buffer {
  return negateS(signLowS(key, message), curveOf(key));
}

describe('what a peer refuses, in its own words', () => {
  let folder: TemporaryFolder;
  let devnet: Devnet;
  let client: TestClient;

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    devnet = await startTestDevnet(folder, {
      channels: {
        ch: {
          organizations: ['A', 'B', 'C'],
          members: ['M'],
          chaincodes: {
            probe: { source: PROBE_SOURCE },
            partial: { source: { A: PROBE_SOURCE }, policy: "AND('A.peer','B.peer')" },
            adminonly: { source: PROBE_SOURCE, policy: "AND('A.admin')" },
          },
        },
        private: { organizations: ['D'], chaincodes: { probe: { source: PROBE_SOURCE } } },
      },
    });
    client = await TestClient.open(devnet, 'ch', 'A');
  });

  afterAll(async () => {
    client[Symbol.dispose]();
    await devnet.close();
    await folder[Symbol.asyncDispose]();
  });

  async function withIdentity<T>(
    mspId: string,
    certificate: string,
    signer: (message: Uint8Array) => Buffer,
    use: (gateway: Gateway) => Promise<T>,
  ): Promise<T> {
    const at = devnet.connection.channels['ch']?.organizations['A'];
    if (!at) throw new Error('no endpoint');
    const rpc = new Client(at.endpoint, credentials.createSsl(await readFile(at.tlsRoot)), {
      'grpc.ssl_target_name_override': at.serverName,
    });
    const gateway = connect({
      client: rpc,
      identity: { mspId, credentials: Buffer.from(certificate) },
      signer: (message) => Promise.resolve(signer(message)),
      hash: hash.none,
    });
    try {
      return await use(gateway);
    } finally {
      gateway.close();
      rpc.close();
    }
  }

  const evaluateAs = (mspId: string, certificate: string, signer: (message: Uint8Array) => Buffer) =>
    withIdentity(mspId, certificate, signer, (gateway) =>
      failureOf(gateway.getNetwork('ch').getContract('probe').evaluateTransaction('get', 'k')),
    );

  test("a chaincode's error: UNKNOWN at evaluate, ABORTED at endorse, with the peer's detail", async () => {
    const evaluated = await failureOf(client.contract().evaluateTransaction('fail', 'no such patient'));
    expect(evaluated.code).toBe(status.UNKNOWN);
    expect(evaluated.message).toContain(
      'evaluate call to endorser returned error: chaincode response 500, no such patient',
    );
    expect(evaluated.details).toEqual(['A: chaincode response 500, no such patient']);
    const submitted = await failureOf(client.contract().submitTransaction('putThenFail', 'k'));
    expect(submitted).toMatchObject({ type: 'EndorseError', code: status.ABORTED });
    expect(submitted.message).toContain('failed to endorse transaction, see attached details for more info');
    expect(submitted.details).toEqual(['A: chaincode response 500, changed my mind']);
  });

  test('organisations that answer differently are no endorsement', async () => {
    const failure = await failureOf(client.contract().submitTransaction('random', 'k'));
    expect(failure).toMatchObject({ type: 'EndorseError', code: status.ABORTED });
    expect(failure.message).toContain('failed to collect enough transaction endorsements');
    expect(failure.details).toContain('B: ProposalResponsePayloads do not match');
  });

  test('an unknown chaincode, an unknown channel', async () => {
    const evaluated = await failureOf(client.contract('nosuch').evaluateTransaction('get', 'k'));
    expect(evaluated.code).toBe(status.FAILED_PRECONDITION);
    expect(evaluated.message).toContain('no peers available to evaluate chaincode nosuch in channel ch');
    const endorsed = await failureOf(client.contract('nosuch').submitTransaction('get', 'k'));
    expect(endorsed.code).toBe(status.FAILED_PRECONDITION);
    expect(endorsed.message).toContain('No metadata was found for chaincode nosuch in channel ch');
    const elsewhere = client.gateway.getNetwork('nochannel').getContract('probe');
    expect((await failureOf(elsewhere.evaluateTransaction('get', 'k'))).code).toBe(status.UNAVAILABLE);
  });

  test('a rich query, as on a leveldb peer', async () => {
    const failure = await failureOf(client.contract().evaluateTransaction('query', '{"selector":{}}'));
    expect(failure.code).toBe(status.UNKNOWN);
    expect(failure.message).toMatch(
      /GET_QUERY_RESULT failed: transaction ID: [0-9a-f]{64}: ExecuteQuery not supported for leveldb/,
    );
  });

  test('a page and a write in one transaction', async () => {
    const failure = await failureOf(client.contract().submitTransaction('pageThenPut', 'k'));
    expect(failure.details[0]).toContain(
      'Transaction has already performed a paginated query. Writes are not allowed',
    );
  });

  test('an endorsement policy that the peers with the chaincode cannot satisfy', async () => {
    const failure = await failureOf(client.contract('partial').submitTransaction('put', 'k', 'v'));
    expect(failure.code).toBe(status.FAILED_PRECONDITION);
    expect(failure.message).toContain(
      'no combination of peers can be derived which satisfy the endorsement policy',
    );
    expect((await failureOf(client.contract('adminonly').submitTransaction('put', 'k', 'v'))).code).toBe(
      status.FAILED_PRECONDITION,
    );
  });

  test('endorsers named by the client that are too few: invalid at commit', async () => {
    const failure = await failureOf(
      client.contract().submit('put', { arguments: ['few', 'v'], endorsingOrganizations: ['C'] }),
    );
    expect(failure).toMatchObject({ type: 'CommitError', code: Codes.ENDORSEMENT_POLICY_FAILURE });
  });

  test('endorsers named by the client that have no peer', async () => {
    const failure = await failureOf(
      client.contract().submit('put', { arguments: ['k', 'v'], endorsingOrganizations: ['A', 'M'] }),
    );
    expect(failure.code).toBe(status.UNAVAILABLE);
    expect(failure.message).toContain('failed to find any endorsing peers for org(s): M');
  });

  test('a client of a member without peers is served, at another organisation', async () => {
    using member = await TestClient.open(devnet, 'ch', 'M', { at: 'B' });
    await member.contract().submitTransaction('put', 'from-member', 'v');
    expect(Buffer.from(await member.contract().evaluateTransaction('get', 'from-member')).toString()).toBe(
      'v',
    );
  });

  test('a client of an organisation that is not on the channel', async () => {
    using stranger = await TestClient.open(devnet, 'ch', 'D', { at: 'A' });
    const evaluated = await failureOf(stranger.contract().evaluateTransaction('get', 'k'));
    expect(evaluated.code).toBe(status.FAILED_PRECONDITION);
    expect(evaluated.message).toContain(
      'error validating proposal: access denied: channel [ch] creator org unknown, creator is malformed',
    );
    const endorsed = await failureOf(stranger.contract().submitTransaction('put', 'k', 'v'));
    expect(endorsed).toMatchObject({ type: 'EndorseError', code: status.ABORTED });
    const events = await stranger.network.getChaincodeEvents('probe');
    const next = await failureOf(events[Symbol.asyncIterator]().next());
    expect(next.code).toBe(status.PERMISSION_DENIED);
    expect(next.message).toContain(
      "Failed evaluating policy on signed data during check policy on channel [ch] with policy [/Channel/Application/Readers]: [implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the 'Readers' sub-policies to be satisfied]",
    );
  });

  test("a certificate of somebody else's CA that claims the organisation", async () => {
    const foreign = CertificateAuthority.create('ca.A', 'A');
    const fake = foreign.issueIdentity({ name: 'user', organisation: 'A', ou: 'client' });
    const key = createPrivateKey(fake.key);
    const failure = await evaluateAs('A', fake.certificate, (message) => signLowS(key, message));
    expect(failure.code).toBe(status.FAILED_PRECONDITION);
    expect(failure.message).toContain(
      'error validating proposal: access denied: channel [ch] creator org unknown, creator is malformed',
    );
  });

  test('an expired certificate', async () => {
    const issued = await devnet.issueIdentity({ mspId: 'A', name: 'expired', validDays: -1 / 1440 });
    const key = createPrivateKey(issued.key);
    const failure = await evaluateAs('A', issued.certificate, (message) => signLowS(key, message));
    expect(failure.code).toBe(status.UNAVAILABLE);
    expect(failure.details[0]).toBe('A: proposal client identity expired');
  });

  test('a high S: the same signature in its other form', async () => {
    const identity = devnet.identityFolder('A', 'user');
    const certificate = await readFile(`${identity}/cert.pem`, 'utf8');
    const key = createPrivateKey(await readFile(`${identity}/key.pem`));
    const failure = await evaluateAs('A', certificate, (message) => signHighS(key, message));
    expect(failure.code).toBe(status.FAILED_PRECONDITION);
    expect(failure.message).toContain('access denied: channel [ch] creator org [A]');
  });

  test("somebody else's signature", async () => {
    const mine = await readFile(`${devnet.identityFolder('A', 'user')}/cert.pem`, 'utf8');
    const other = createPrivateKey(await readFile(`${devnet.identityFolder('A', 'admin')}/key.pem`));
    const failure = await evaluateAs('A', mine, (message) => signLowS(other, message));
    expect(failure.message).toContain('access denied: channel [ch] creator org [A]');
  });

  test('a peer identity may read but not propose', async () => {
    using asPeer = await TestClient.open(devnet, 'ch', 'A', { name: 'peer' });
    const failure = await failureOf(asPeer.contract().evaluateTransaction('get', 'k'));
    expect(failure.message).toContain('with policy [/Channel/Application/Writers]');
    const info = await asPeer.network.getContract('qscc').evaluateTransaction('GetChainInfo', 'ch');
    expect(common.BlockchainInfo.deserializeBinary(info).getHeight()).toBeGreaterThan(0);
  });

  test('a transaction altered after its endorsement', async () => {
    const transaction = await client
      .contract()
      .newProposal('put', { arguments: ['alter', 'good'] })
      .endorse();
    const bytes = Buffer.from(transaction.getBytes());
    const at = bytes.lastIndexOf('good');
    expect(at).toBeGreaterThan(0);
    bytes.write('evil', at);
    const altered = client.gateway.newTransaction(bytes);
    const result = await (await altered.submit()).getStatus();
    expect(result.successful).toBe(false);
    expect(Buffer.from(await client.contract().evaluateTransaction('get', 'alter')).toString()).toBe('');
  });

  test('an envelope that nobody signed properly: ABORTED at submit', async () => {
    const transaction = await client
      .contract()
      .newProposal('put', { arguments: ['k', 'v'] })
      .endorse();
    const certificate = await readFile(`${devnet.identityFolder('A', 'user')}/cert.pem`, 'utf8');
    const failure = await withIdentity(
      'A',
      certificate,
      () => randomBytes(70),
      (gateway) => failureOf(gateway.newTransaction(transaction.getBytes()).submit()),
    );
    expect(failure).toMatchObject({ type: 'SubmitError', code: status.ABORTED });
    expect(failure.message).toContain('received unsuccessful response from orderer: status=FORBIDDEN');
  });

  test('a transaction id that is already on the ledger', async () => {
    const proposal = client.contract().newProposal('put', { arguments: ['dup', 'v'] });
    const transaction = await proposal.endorse();
    expect((await (await transaction.submit()).getStatus()).successful).toBe(true);
    const failure = await failureOf(proposal.endorse());
    expect(failure.code).toBe(status.ABORTED);
    expect(failure.details[0]).toContain(`duplicate transaction found [${proposal.getTransactionId()}]`);
  });

  test('a lifecycle change', async () => {
    const failure = await failureOf(
      client.contract('_lifecycle').evaluateTransaction('InstallChaincode', ''),
    );
    expect(failure.details[0]).toContain(
      "function 'InstallChaincode' of _lifecycle is not available on this peer",
    );
  });
});
