import { status } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import type { Channel } from '../channel/channel.js';
import type { ProposalOutcome } from '../endorse/outcome.js';
import type { UnpackedProposal } from '../endorse/proposal.js';
import { PeerRefusal, messageOf } from '../errors.js';
import { endorsingSets } from '../policy/org-sets.js';
import type { ErrorDetail } from '../rpc/rpc-error.js';
import { RpcError } from '../rpc/rpc-error.js';
import { assembleTransaction } from './assemble.js';
import type { Peers, ProposalSession } from './peers.js';
import { proposalOf } from './peers.js';
import { requirementsOf } from './required-policies.js';

type Endorsed = Extract<ProposalOutcome, { kind: 'endorsed' }>;

const NOT_ENOUGH = 'failed to collect enough transaction endorsements, see attached details for more info';
const FIRST_FAILED = 'failed to endorse transaction, see attached details for more info';
const NO_COMBINATION = 'no combination of peers can be derived which satisfy the endorsement policy: ';

/** Collects endorsements of one proposal, and remembers who failed. */
class EndorsementCollector {
  readonly endorsed = new Map<string, Endorsed>();
  readonly failed = new Set<string>();
  readonly details: ErrorDetail[] = [];
  #payload: Buffer | undefined;
  readonly #session: ProposalSession;
  readonly #peers: Peers;

  constructor(session: ProposalSession, peers: Peers) {
    this.#session = session;
    this.#peers = peers;
  }

  /** Asks one organisation; an answer that differs from the first is no endorsement. */
  async ask(mspId: string): Promise<Endorsed | undefined> {
    const known = this.endorsed.get(mspId);
    if (known) return known;
    const outcome = await this.#session.ask(mspId);
    if (outcome.kind === 'endorsed') {
      this.#payload ??= outcome.payload;
      if (this.#payload.equals(outcome.payload)) {
        this.endorsed.set(mspId, outcome);
        return outcome;
      }
    }
    const message = outcome.kind === 'endorsed' ? 'ProposalResponsePayloads do not match' : outcome.message;
    this.details.push(this.#peers.detail(mspId, message));
    this.failed.add(mspId);
    return undefined;
  }

  /** Asks the sets of organisations in turn until all of one have endorsed. */
  async complete(sets: readonly (readonly string[])[]): Promise<Endorsed[]> {
    for (const set of sets) {
      if (set.some((mspId) => this.failed.has(mspId))) continue;
      const answers = await Promise.all(set.map((mspId) => this.ask(mspId)));
      const endorsed = answers.filter((each) => each !== undefined);
      if (endorsed.length === set.length) return endorsed;
    }
    throw new RpcError(status.ABORTED, NOT_ENOUGH, this.details);
  }
}

/** Gateway.Endorse: collects what the endorsement policy needs and assembles the transaction. */
export async function endorse(
  request: gateway.EndorseRequest,
  localMspId: string,
  peers: Peers,
): Promise<gateway.EndorseResponse> {
  const proposal = proposalOf(
    request.getProposedTransaction(),
    'the proposed transaction must contain a signed proposal',
  );
  const wanted = request.getEndorsingOrganizationsList();
  const channel = peers.channels.get(proposal.channel);
  if (!channel) throw unknownChannel(proposal, wanted);
  await using session = peers.session(proposal, channel);
  const collector = new EndorsementCollector(session, peers);
  const endorsed =
    wanted.length > 0
      ? await collector.complete([namedOrganisations(channel, proposal, wanted)])
      : await planned(collector, channel, proposal, localMspId);
  const [first] = endorsed;
  if (!first) throw new RpcError(status.ABORTED, NOT_ENOUGH, collector.details);
  const response = new gateway.EndorseResponse();
  response.setPreparedTransaction(
    assembleTransaction(
      proposal,
      first.payload,
      endorsed.map((each) => each.endorsement),
    ),
  );
  return response;
}

function unknownChannel(proposal: UnpackedProposal, wanted: readonly string[]): RpcError {
  return wanted.length > 0
    ? new RpcError(status.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${wanted.join(', ')}`)
    : new RpcError(
        status.FAILED_PRECONDITION,
        `${NO_COMBINATION}No metadata was found for chaincode ${proposal.chaincode} in channel ${proposal.channel}`,
      );
}

/** The organisations that the client names; it answers for their being enough. */
function namedOrganisations(
  channel: Channel,
  proposal: UnpackedProposal,
  wanted: readonly string[],
): readonly string[] {
  const able = channel.endorsersOf(proposal.chaincode);
  const missing = wanted.filter((mspId) => !able.includes(mspId));
  if (missing.length > 0) {
    throw new RpcError(
      status.UNAVAILABLE,
      `failed to find any endorsing peers for org(s): ${missing.join(', ')}`,
    );
  }
  return [...new Set(wanted)];
}

/** A first peer's simulation tells what the transaction touches, and so who else has to endorse it. */
async function planned(
  collector: EndorsementCollector,
  channel: Channel,
  proposal: UnpackedProposal,
  localMspId: string,
): Promise<Endorsed[]> {
  const first = firstEndorser(channel, proposal, localMspId);
  const outcome = await collector.ask(first);
  if (!outcome) throw new RpcError(status.ABORTED, FIRST_FAILED, collector.details);
  const plan = (membersOnly: boolean): string[][] => {
    const { policies, candidates } = requirementsOf(
      channel,
      proposal.chaincode,
      outcome.interest,
      membersOnly,
    );
    return endorsingSets(policies, candidates, first);
  };
  let sets: string[][];
  try {
    sets = plan(proposal.hasTransient);
  } catch (error) {
    if (!(error instanceof PeerRefusal)) throw error;
    throw new RpcError(status.FAILED_PRECONDITION, NO_COMBINATION + messageOf(error));
  }
  if (sets.length > 0) return collector.complete(sets);
  const { protectedCollections } = requirementsOf(channel, proposal.chaincode, outcome.interest, false);
  if (proposal.hasTransient && protectedCollections.length > 0 && plan(false).length > 0) {
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `requires endorsement from organisation(s) that are not in the distribution policy of the private data collection(s): [${protectedCollections.join(' ')}]; retry specifying trusted endorsing organizations to protect transient data`,
    );
  }
  throw new RpcError(
    status.FAILED_PRECONDITION,
    `${NO_COMBINATION}no peer combination can satisfy the endorsement policy`,
  );
}

function firstEndorser(channel: Channel, proposal: UnpackedProposal, localMspId: string): string {
  const able = channel.endorsersOf(proposal.chaincode);
  if (able.includes(localMspId)) return localMspId;
  if (proposal.hasTransient) {
    throw new RpcError(
      status.FAILED_PRECONDITION,
      "no endorsers found in the gateway's organization; retry specifying endorsing organization(s) to protect transient data",
    );
  }
  try {
    const { policies, candidates } = requirementsOf(channel, proposal.chaincode, undefined, false);
    const first = endorsingSets(policies, candidates, undefined)[0]?.[0];
    if (first !== undefined) return first;
  } catch (error) {
    if (!(error instanceof PeerRefusal)) throw error;
    throw new RpcError(status.FAILED_PRECONDITION, NO_COMBINATION + messageOf(error));
  }
  throw new RpcError(
    status.FAILED_PRECONDITION,
    `${NO_COMBINATION}required chaincodes are not installed on sufficient peers`,
  );
}
