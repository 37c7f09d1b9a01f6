import { peer } from '@hyperledger/fabric-protos';
import { aclRefusal, allows } from '../channel/acl.js';
import type { Channel } from '../channel/channel.js';
import { SYSTEM_CHAINCODES } from '../channel/channel.js';
import type { ChaincodeConnection } from '../chaincode/connection.js';
import { QueryIterators } from '../chaincode/query-iterators.js';
import type { ProposalContext, TransactionContext } from '../chaincode/transaction-context.js';
import { PeerRefusal, messageOf } from '../errors.js';
import type { SigningIdentity } from '../identity/signing-identity.js';
import type { Log } from '../log.js';
import { Simulator } from '../simulate/simulator.js';
import type { Interest } from '../simulate/interest.js';
import type { StateSnapshot } from '../state/index-store.js';
import { asBuffer } from '../wire/bytes.js';
import { checkDistribution } from './distribution.js';
import { lifecycleQuery } from './lifecycle-queries.js';
import type { ProposalOutcome } from './outcome.js';
import type { UnpackedProposal } from './proposal.js';
import { invokeSystemChaincode, refuseCallFromChaincode } from './system-chaincode.js';

/** Status from which on a chaincode's answer is an error (shim.ERRORTHRESHOLD). */
const ERROR_THRESHOLD = 400;
const SYSTEM_CHAINCODE_VERSION = 'syscc';
const { ChaincodeMessage } = peer;

interface Simulated {
  readonly response: peer.Response;
  readonly event: peer.ChaincodeEvent | undefined;
  readonly results: Buffer;
  readonly interest: Interest;
  readonly version: string;
}

/** What an endorser works with. */
export interface EndorserOptions {
  readonly mspId: string;
  /** As named in error details: the peer's host name and port. */
  readonly address: string;
  readonly signer: SigningIdentity;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly log: Log;
}

/** A chaincode's call of another. */
interface ChaincodeCall {
  readonly channel: Channel;
  readonly chaincode: string;
  readonly input: peer.ChaincodeInput;
  readonly simulator: Simulator;
}

/** One organisation's peer in its role as endorser: simulates with its own chaincode, signs with its own key. */
export class Endorser {
  readonly mspId: string;
  readonly address: string;
  readonly #signer: SigningIdentity;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #log: Log;

  constructor({ mspId, address, signer, channels, log }: EndorserOptions) {
    this.mspId = mspId;
    this.address = address;
    this.#signer = signer;
    this.#channels = channels;
    this.#log = log;
  }

  /**
   * Runs an admitted proposal.
   * @param snapshot the state it reads; it stays the caller's to close
   */
  async process(
    proposal: UnpackedProposal,
    context: ProposalContext,
    channel: Channel,
    snapshot: StateSnapshot,
  ): Promise<ProposalOutcome> {
    let simulated: Simulated;
    try {
      simulated = SYSTEM_CHAINCODES.has(proposal.chaincode)
        ? await this.#system(proposal, context, channel, snapshot)
        : await this.#simulate(proposal, context, channel, snapshot);
    } catch (error) {
      if (!(error instanceof PeerRefusal))
        this.#log.error({ err: error, txId: proposal.txId }, 'simulation failed');
      return { kind: 'peer-error', message: messageOf(error) };
    }
    const { response } = simulated;
    if (response.getStatus() < 200 || response.getStatus() >= ERROR_THRESHOLD) {
      return {
        kind: 'chaincode-error',
        message: `chaincode response ${response.getStatus()}, ${response.getMessage()}`,
      };
    }
    return this.#sign(proposal, simulated);
  }

  #sign(proposal: UnpackedProposal, simulated: Simulated): ProposalOutcome {
    const { response, interest } = simulated;
    const chaincodeId = new peer.ChaincodeID();
    chaincodeId.setName(proposal.chaincode);
    chaincodeId.setVersion(simulated.version);
    const action = new peer.ChaincodeAction();
    action.setResults(simulated.results);
    if (simulated.event) action.setEvents(simulated.event.serializeBinary());
    action.setResponse(response);
    action.setChaincodeId(chaincodeId);
    const responsePayload = new peer.ProposalResponsePayload();
    responsePayload.setProposalHash(proposal.hash);
    responsePayload.setExtension$(action.serializeBinary());
    const payload = Buffer.from(responsePayload.serializeBinary());
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(this.#signer.serialized);
    endorsement.setSignature(this.#signer.sign(Buffer.concat([payload, this.#signer.serialized])));
    return { kind: 'endorsed', response, payload, endorsement, interest };
  }

  async #system(
    proposal: UnpackedProposal,
    context: ProposalContext,
    channel: Channel,
    snapshot: StateSnapshot,
  ): Promise<Simulated> {
    const response = await invokeSystemChaincode(proposal, context.creator, this.#channels);
    const { interest } = new Simulator(proposal.txId, this.mspId, channel, snapshot).finish();
    return {
      response,
      event: undefined,
      results: Buffer.alloc(0),
      interest,
      version: SYSTEM_CHAINCODE_VERSION,
    };
  }

  async #simulate(
    proposal: UnpackedProposal,
    context: ProposalContext,
    channel: Channel,
    snapshot: StateSnapshot,
  ): Promise<Simulated> {
    const definition = channel.definition(proposal.chaincode);
    if (!definition || !channel.connection(proposal.chaincode, this.mspId)) {
      const why = definition
        ? `chaincode definition for '${proposal.chaincode}' exists, but chaincode is not installed`
        : `chaincode ${proposal.chaincode} not found`;
      throw new PeerRefusal(
        `make sure the chaincode ${proposal.chaincode} has been successfully defined on channel ${channel.name} and try again: ${why}`,
      );
    }
    if (proposal.input.getIsInit()) {
      throw new PeerRefusal(
        `error in simulation: failed to execute transaction ${proposal.txId}: invalid invocation: chaincode '${proposal.chaincode}' does not require initialization but called as init`,
      );
    }
    const simulator = new Simulator(proposal.txId, this.mspId, channel, snapshot);
    const reply = await this.#execute(proposal, context, channel, simulator);
    const { result, interest } = simulator.finish();
    if (result.privateBytes && reply.response.getStatus() < ERROR_THRESHOLD) {
      checkDistribution(channel, this.mspId, proposal.txId, result.privateBytes);
      await channel.transient.put(proposal.txId, channel.ledger.height, result.privateBytes);
    }
    return { ...reply, results: result.publicBytes, interest, version: definition.version };
  }

  async #execute(
    proposal: UnpackedProposal,
    context: ProposalContext,
    channel: Channel,
    simulator: Simulator,
  ): Promise<{ response: peer.Response; event: peer.ChaincodeEvent | undefined }> {
    const failure = `error in simulation: failed to execute transaction ${proposal.txId}`;
    let reply: peer.ChaincodeMessage;
    try {
      const callee = this.#context(
        { txId: proposal.txId, proposal: context },
        channel,
        proposal.chaincode,
        simulator,
      );
      reply = await this.#connection(channel, proposal.chaincode).execute(callee, proposal.input);
    } catch (error) {
      throw new PeerRefusal(`${failure}: ${messageOf(error)}`, { cause: error });
    }
    const payload = reply.getPayload_asU8();
    if (reply.getType() !== ChaincodeMessage.Type.COMPLETED) {
      throw new PeerRefusal(
        `error in simulation: transaction returned with failure: ${Buffer.from(payload).toString('utf8')}`,
      );
    }
    const event = reply.getChaincodeEvent();
    event?.setChaincodeId(proposal.chaincode);
    event?.setTxId(proposal.txId);
    return { response: peer.Response.deserializeBinary(payload), event };
  }

  #context(
    { txId, proposal }: Pick<TransactionContext, 'txId' | 'proposal'>,
    channel: Channel,
    namespace: string,
    simulator: Simulator,
  ): TransactionContext {
    return {
      channel: channel.name,
      txId,
      namespace,
      proposal,
      simulator,
      ledger: channel.ledger,
      queries: new QueryIterators(),
      callChaincode: (...call) => this.#call(...call),
    };
  }

  #connection(channel: Channel, chaincode: string): ChaincodeConnection {
    const connection = channel.connection(chaincode, this.mspId);
    if (connection) return connection;
    throw new PeerRefusal(
      `invalid invocation: [channel ${channel.name}] failed to get chaincode container info for ${chaincode}: ` +
        (channel.definition(chaincode)
          ? `chaincode definition for '${chaincode}' exists, but chaincode is not installed`
          : `chaincode ${chaincode} not found`),
    );
  }

  /** A chaincode calls another: on its own channel as part of its transaction, on another one only to read. */
  async #call(
    caller: TransactionContext,
    target: string,
    input: peer.ChaincodeInput,
  ): Promise<peer.ChaincodeMessage> {
    const [nameAndVersion = '', channelName = caller.channel] = target.split('/', 2);
    const name = nameAndVersion.split(':', 1)[0] ?? '';
    const channel = this.#channels.get(channelName);
    if (name === 'qscc' || name === 'cscc') {
      return completed(refuseCallFromChaincode(name, caller.namespace));
    }
    if (!channel?.parts.peerMspIds.includes(this.mspId)) {
      throw new PeerRefusal(`Failed to get policy manager for channel [${channelName}]`);
    }
    if (name === '_lifecycle') {
      const args = input.getArgsList_asU8().map(asBuffer);
      const answer = lifecycleQuery(channel, args, caller.proposal.creator);
      if (answer) return completed(answer);
    }
    if (channelName === caller.channel) {
      return this.#invoke(caller, { channel, chaincode: name, input, simulator: caller.simulator });
    }
    const { creator, signedProposal } = caller.proposal;
    const local = channel.msps.validIdentity(creator.serialized);
    if (!local || !allows('Writers', local)) throw aclRefusal(channelName, 'Writers');
    const snapshot = channel.ledger.snapshot();
    try {
      const simulator = new Simulator(caller.txId, this.mspId, channel, snapshot);
      const proposal = { signedProposal, creator: local };
      return await this.#invoke(
        { txId: caller.txId, proposal },
        { channel, chaincode: name, input, simulator },
      );
    } finally {
      await snapshot.close();
    }
  }

  async #invoke(
    caller: Pick<TransactionContext, 'txId' | 'proposal'>,
    { channel, chaincode, input, simulator }: ChaincodeCall,
  ): Promise<peer.ChaincodeMessage> {
    try {
      const callee = this.#context(caller, channel, chaincode, simulator);
      return await this.#connection(channel, chaincode).execute(callee, input);
    } catch (error) {
      throw new PeerRefusal(`execute failed: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** What a chaincode gets that called one of the peer's own. */
function completed(answer: peer.Response): peer.ChaincodeMessage {
  const reply = new ChaincodeMessage();
  reply.setType(ChaincodeMessage.Type.COMPLETED);
  reply.setPayload(answer.serializeBinary());
  return reply;
}
