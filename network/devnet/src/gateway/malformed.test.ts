import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { signLowS } from '@careledger/crypto/ecdsa';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Metadata, credentials } from '@grpc/grpc-js';
import { common, gateway, peer } from '@hyperledger/fabric-protos';
import { TemporaryFolder, TestClient, startTestDevnet, textOf } from '../../testing/network.js';
import { Codes } from '../block/codes.js';
import type { Devnet } from '../devnet.js';

const DEADLINE_MS = 3_000;
const METHODS = [
  '/gateway.Gateway/Endorse',
  '/gateway.Gateway/Submit',
  '/gateway.Gateway/CommitStatus',
  '/gateway.Gateway/Evaluate',
  '/gateway.Gateway/ChaincodeEvents',
  '/protos.Deliver/Deliver',
  '/protos.Deliver/DeliverFiltered',
];

describe('malformed requests', () => {
  let folder: TemporaryFolder;
  let devnet: Devnet;
  let client: TestClient;
  let raw: Client;

  beforeAll(async () => {
    folder = await TemporaryFolder.make();
    devnet = await startTestDevnet(folder, { logLevel: 'silent' });
    client = await TestClient.open(devnet, 'ch', 'A');
    const at = devnet.connection.channels['ch']?.organizations['A'];
    if (!at) throw new Error('no endpoint');
    raw = new Client(at.endpoint, credentials.createSsl(await readFile(at.tlsRoot)), {
      'grpc.ssl_target_name_override': at.serverName,
    });
  });

  afterAll(async () => {
    raw.close();
    client[Symbol.dispose]();
    await devnet.close();
    await folder[Symbol.asyncDispose]();
  });

  /** Sends bytes as they are; resolves with the gRPC code of the answer. */
  const send = (method: string, bytes: Buffer): Promise<number> =>
    new Promise((resolve) => {
      raw.makeUnaryRequest(
        method,
        (value: Buffer) => value,
        (value: Buffer) => value,
        bytes,
        new Metadata(),
        { deadline: Date.now() + DEADLINE_MS },
        (error) => resolve(error?.code ?? 0),
      );
    });

  const stillWorks = async (): Promise<void> => {
    expect(textOf(await client.contract().submitTransaction('put', 'alive', 'yes'))).toBe('yes');
  };

  test.each(METHODS)('noise sent to %s is answered with an error, and the devnet goes on', async (method) => {
    for (const bytes of [Buffer.alloc(0), randomBytes(1), randomBytes(64), randomBytes(4_096)]) {
      const code = await send(method, bytes);
      // An empty request to a deliver stream is answered with a status inside the stream.
      if (!method.includes('Deliver')) expect(code).not.toBe(0);
    }
    await stillWorks();
  });

  test.each([
    ['a proposal', () => proposalOf(randomBytes(200))],
    ['a header', () => proposalOf(headerOf(randomBytes(200)))],
    ['an empty proposal', () => proposalOf(Buffer.alloc(0))],
  ])('noise instead of %s', async (_name, make) => {
    const request = new gateway.EvaluateRequest();
    request.setProposedTransaction(make());
    expect(await send('/gateway.Gateway/Evaluate', Buffer.from(request.serializeBinary()))).toBe(3);
    await stillWorks();
  });

  function proposalOf(bytes: Uint8Array): peer.SignedProposal {
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(bytes);
    return signed;
  }

  function headerOf(bytes: Uint8Array): Uint8Array {
    const proposal = new peer.Proposal();
    proposal.setHeader(bytes);
    return proposal.serializeBinary();
  }

  /** An endorsed transaction with a part replaced, signed by its creator as it then is. */
  async function tampered(change: (payload: common.Payload) => void): Promise<number> {
    const transaction = await client
      .contract()
      .newProposal('put', { arguments: ['k', 'v'] })
      .endorse();
    const prepared = gateway.PreparedTransaction.deserializeBinary(transaction.getBytes());
    const envelope = prepared.getEnvelope() ?? new common.Envelope();
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    change(payload);
    envelope.setPayload(payload.serializeBinary());
    const key = createPrivateKey(await readFile(`${devnet.identityFolder('A')}/key.pem`));
    envelope.setSignature(signLowS(key, envelope.getPayload_asU8()));
    const request = new gateway.SubmitRequest();
    request.setChannelId('ch');
    request.setTransactionId(transaction.getTransactionId());
    request.setPreparedTransaction(envelope);
    expect(await send('/gateway.Gateway/Submit', Buffer.from(request.serializeBinary()))).toBe(0);
    // What is submitted next is in the same block or a later one.
    await stillWorks();
    const found = await client.network
      .getContract('qscc')
      .evaluateTransaction('GetTransactionByID', 'ch', transaction.getTransactionId());
    return peer.ProcessedTransaction.deserializeBinary(found).getValidationcode();
  }

  test('a signed transaction that is noise inside gets a code, and the channel goes on', async () => {
    const data = await tampered((payload) => payload.setData(randomBytes(300)));
    expect(data).toBe(Codes.INVALID_ENDORSER_TRANSACTION);
    const extension = await tampered((payload) => {
      const header = payload.getHeader() ?? new common.Header();
      const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
      channelHeader.setExtension$(Buffer.from('0affffffff0f', 'hex'));
      header.setChannelHeader(channelHeader.serializeBinary());
      payload.setHeader(header);
    });
    expect(extension).toBe(Codes.INVALID_ENDORSER_TRANSACTION);
  });
});
