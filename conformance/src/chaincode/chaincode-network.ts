import { createHash, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ContractDefinition } from '@careledger/contracts';
import { accessControl } from '@careledger/contracts';
import { signerFromSeed } from '@careledger/crypto';
import { TestOrganisation } from '@careledger/chaincode-runtime/testing';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import {
  LedgerError,
  MemoryCheckpoints,
  MemoryJournal,
  connectLedger,
  loadConnection,
} from '@careledger/ledger';
import type { Ledger } from '@careledger/ledger';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, hash, signers, type Gateway, type Transaction } from '@hyperledger/fabric-gateway';
import { common, gateway as gatewayProtos } from '@hyperledger/fabric-protos';
import { peerOf } from './definition.js';
import { IDENTITIES, type IdentityName } from './identities.js';

/** A network with both channels and both chaincodes, whatever runs it. */
export interface RunningChaincode {
  /** What statements have to name as their audience. */
  readonly networkId: string;
  readonly connectionFile: string;
  /** PEM files of an identity. */
  readonly identity: (of: { mspId: string; name: string }) => { readonly cert: string; readonly key: string };
  /** Ends all of it. */
  readonly stack: AsyncDisposableStack;
}

/** A connection to such a network for each kind of identity. */
export class ChaincodeNetwork implements AsyncDisposable {
  readonly #ledgers = new Map<IdentityName, Ledger>();
  readonly #gateways = new Map<string, Promise<Gateway>>();
  readonly #stack: AsyncDisposableStack;
  readonly networkId: string;

  constructor(readonly running: RunningChaincode) {
    this.#stack = running.stack;
    this.networkId = running.networkId;
  }

  /** Submits and waits for the commit; resolves with the chaincode's answer and the transaction. */
  async submit(
    identity: IdentityName,
    channel: ChannelName,
    contract: ContractDefinition,
    name: string,
    args: unknown,
  ): Promise<{ result: unknown; transactionId: string }> {
    return (await this.as(identity)).channel(channel).submit(contract, name, args as never);
  }

  /** Asks one peer; for a function that submits, what it would answer. */
  async evaluate(
    identity: IdentityName,
    channel: ChannelName,
    contract: ContractDefinition,
    name: string,
    args: unknown,
  ): Promise<unknown> {
    return (await this.as(identity)).channel(channel).evaluate(contract, name, args as never);
  }

  /** Endorses without submitting, so that a test decides what is ordered in between. */
  async endorse(
    identity: IdentityName,
    channel: ChannelName,
    contract: ContractDefinition,
    name: string,
    args: unknown,
  ): Promise<Transaction> {
    const gateway = await this.#gatewayOf(identity, channel);
    const proposal = gateway
      .getNetwork(channel)
      .getContract(contract.name)
      .newProposal(name, { arguments: [JSON.stringify(args)] });
    return proposal.endorse();
  }

  /** Has an envelope that lies in a block ordered again, as it stands; the status that its transaction has then. */
  async orderAgain(
    identity: IdentityName,
    channel: ChannelName,
    transactionId: string,
    bytes: Uint8Array,
  ): Promise<number> {
    const gateway = await this.#gatewayOf(identity, channel);
    const envelope = common.Envelope.deserializeBinary(bytes);
    const prepared = new gatewayProtos.PreparedTransaction();
    prepared.setTransactionId(transactionId);
    prepared.setEnvelope(envelope);
    const signature = envelope.getSignature_asU8();
    const again = gateway.newSignedTransaction(prepared.serializeBinary(), signature);
    return (await (await again.submit()).getStatus()).code;
  }

  /** The gateway of the identity's peer on a channel, opened once. */
  #gatewayOf(identity: IdentityName, channel: ChannelName): Promise<Gateway> {
    const name = `${identity} on ${channel}`;
    const known = this.#gateways.get(name) ?? this.#openGateway(identity, channel);
    this.#gateways.set(name, known);
    return known;
  }

  async #openGateway(identity: IdentityName, channel: ChannelName): Promise<Gateway> {
    const { mspId, certificatePem, privateKeyPem } = await this.#identityOf(identity);
    const organizations = loadConnection(this.running.connectionFile).channels[channel]?.organizations;
    const peer = organizations?.[peerOf(mspId, channel)];
    if (peer === undefined) throw new Error(`${mspId} has no peer on ${channel}.`);
    const client = new Client(peer.endpoint, credentials.createSsl(Buffer.from(peer.tlsRoot)), {
      'grpc.ssl_target_name_override': peer.serverName,
    });
    this.#stack.defer(() => client.close());
    const gateway = connect({
      client,
      identity: { mspId, credentials: Buffer.from(certificatePem) },
      signer: signers.newPrivateKeySigner(createPrivateKey(privateKeyPem)),
      hash: hash.sha256,
    });
    this.#stack.defer(() => gateway.close());
    return gateway;
  }

  /** A connection as this identity, made once. */
  async as(identity: IdentityName): Promise<Ledger> {
    const known = this.#ledgers.get(identity);
    if (known !== undefined) return known;
    const { mspId, certificatePem, privateKeyPem } = await this.#identityOf(identity);
    const ledger = connectLedger({
      connection: loadConnection(this.running.connectionFile),
      mspId,
      peerMspIds: Object.fromEntries(CHANNELS.map((channel) => [channel, [peerOf(mspId, channel)]])),
      certificatePem,
      privateKeyPem,
      journal: new MemoryJournal(),
      checkpoints: new MemoryCheckpoints(),
    });
    this.#ledgers.set(identity, ledger);
    return ledger;
  }

  /** An organisation with the same key every time. */
  organisation(id: string, mspId: string): TestOrganisation {
    const seed = createHash('sha256').update(`conformance ${id}`).digest();
    const nowS = Math.floor(Date.now() / 1000);
    return new TestOrganisation({ id, mspId, aud: this.networkId, iat: nowS, signer: signerFromSeed(seed) });
  }

  /** Registers an organisation where it is not registered yet. */
  async register(
    organisation: TestOrganisation,
    identity: IdentityName,
    channel: ChannelName,
  ): Promise<void> {
    const name = organisation.id.startsWith('aut_') ? 'RegisterAuthority' : 'RegisterProvider';
    const args = { statement: organisation.registration() };
    const code = await codeOf(this.submit(identity, channel, accessControl, name, args));
    if (code !== undefined && !code.endsWith('_EXISTS')) throw new Error(`${organisation.id}: ${code}`);
  }

  async #identityOf(identity: IdentityName) {
    const files = this.running.identity(IDENTITIES[identity]);
    const [certificatePem, privateKeyPem] = await Promise.all([
      readFile(files.cert, 'utf8'),
      readFile(files.key, 'utf8'),
    ]);
    return { mspId: IDENTITIES[identity].mspId, certificatePem, privateKeyPem };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const ledger of this.#ledgers.values()) ledger.close();
    await this.#stack.disposeAsync();
  }
}

/** The chaincode's code with which a call fails; `undefined` where it does not. Other failures are thrown on. */
export async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof LedgerError && error.chaincodeCode !== undefined) return error.chaincodeCode;
    throw error;
  }
}
