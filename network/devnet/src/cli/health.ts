import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Metadata, credentials } from '@grpc/grpc-js';
import { common, gateway, peer } from '@hyperledger/fabric-protos';
import type { ConnectionProfile, OrganisationEndpoint } from '../connection-profile.js';
import { connectionProfilePath } from '../connection-profile.js';
import { DevnetError, messageOf } from '../errors.js';
import { identityFolder } from '../identity/organisation-store.js';
import { readSigningIdentity } from '../identity/signing-identity.js';
import type { SigningIdentity } from '../identity/signing-identity.js';
import { timestampOf } from '../wire/timestamp.js';
import { transactionId } from '../wire/transaction-id.js';
import { parseFlags, text } from './parse.js';

const NONCE_BYTES = 24;
const TIMEOUT_MS = 3_000;

/** A signed proposal of `qscc GetChainInfo`. */
function chainInfoProposal(
  channel: string,
  signer: SigningIdentity,
): { signed: peer.SignedProposal; txId: string } {
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName('qscc');
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId);
  const nonce = randomBytes(NONCE_BYTES);
  const txId = transactionId(nonce, signer.serialized);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setTxId(txId);
  channelHeader.setTimestamp(timestampOf(Date.now()));
  channelHeader.setChannelId(channel);
  channelHeader.setExtension$(extension.serializeBinary());
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.serialized);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const input = new peer.ChaincodeInput();
  input.setArgsList([Buffer.from('GetChainInfo'), Buffer.from(channel)]);
  const spec = new peer.ChaincodeSpec();
  spec.setChaincodeId(chaincodeId);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  const bytes = proposal.serializeBinary();
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(bytes);
  signed.setSignature(signer.sign(bytes));
  return { signed, txId };
}

/** Height of a channel as one organisation's peer says it. */
async function heightOf(
  channel: string,
  at: OrganisationEndpoint,
  tls: { root: Buffer; key: Buffer; certificate: Buffer },
  signer: SigningIdentity,
): Promise<number> {
  const channelCredentials = credentials.createSsl(tls.root, tls.key, tls.certificate);
  const client = new gateway.GatewayClient(at.endpoint, channelCredentials, {
    'grpc.ssl_target_name_override': at.serverName,
  });
  const { signed, txId } = chainInfoProposal(channel, signer);
  const request = new gateway.EvaluateRequest();
  request.setChannelId(channel);
  request.setTransactionId(txId);
  request.setProposedTransaction(signed);
  try {
    const response = await new Promise<gateway.EvaluateResponse>((resolve, reject) => {
      client.evaluate(request, new Metadata(), { deadline: Date.now() + TIMEOUT_MS }, (error, answer) => {
        if (error) reject(error);
        else if (answer) resolve(answer);
      });
    });
    const info = response.getResult()?.getPayload_asU8() ?? new Uint8Array();
    return common.BlockchainInfo.deserializeBinary(info).getHeight();
  } finally {
    client.close();
  }
}

/** `health`: asks every peer for the height of each of its channels. */
export async function health(args: readonly string[]): Promise<void> {
  const given = text(parseFlags(args, { dir: { type: 'string' } }), 'dir');
  if (given === undefined) throw new DevnetError('BAD_FLAG', '--dir is needed');
  const dir = resolve(given);
  const profile = JSON.parse(await readFile(connectionProfilePath(dir), 'utf8')) as ConnectionProfile;
  const checks = Object.entries(profile.channels).flatMap(([channel, { organizations }]) =>
    Object.entries(organizations).map(async ([mspId, endpoint]) => {
      try {
        const folder = identityFolder(dir, mspId, 'admin');
        const signer = await readSigningIdentity(mspId, folder);
        const [root, key, certificate] = await Promise.all([
          readFile(endpoint.tlsRoot),
          readFile(`${folder}/key.pem`),
          readFile(`${folder}/cert.pem`),
        ]);
        return {
          channel,
          mspId,
          height: await heightOf(channel, endpoint, { root, key, certificate }, signer),
        };
      } catch (error) {
        return { channel, mspId, error: messageOf(error) };
      }
    }),
  );
  const peers = await Promise.all(checks);
  const healthy = peers.every((each) => !('error' in each));
  process.stdout.write(`${JSON.stringify({ healthy, peers })}\n`);
  if (!healthy) process.exitCode = 1;
}
