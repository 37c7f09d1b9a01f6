import { status } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import type { ProposalOutcome } from '../endorse/outcome.js';
import type { ErrorDetail } from '../rpc/rpc-error.js';
import { RpcError } from '../rpc/rpc-error.js';
import type { Peers } from './peers.js';
import { proposalOf } from './peers.js';

type Failure = Exclude<ProposalOutcome, { kind: 'endorsed' }>;

/** Codes that a gateway gives for a peer's answer, and whether it asks another peer. */
const FAILURES: Readonly<Record<Failure['kind'], { readonly code: status; readonly retry: boolean }>> = {
  'chaincode-error': { code: status.UNKNOWN, retry: false },
  'peer-error': { code: status.ABORTED, retry: true },
  refused: { code: status.FAILED_PRECONDITION, retry: false },
  unavailable: { code: status.UNAVAILABLE, retry: true },
};

/** Gateway.Evaluate: one peer runs the proposal, the gateway's own organisation's first. */
export async function evaluate(
  request: gateway.EvaluateRequest,
  localMspId: string,
  peers: Peers,
): Promise<gateway.EvaluateResponse> {
  const unpack = 'failed to unpack transaction proposal: ';
  const proposal = proposalOf(
    request.getProposedTransaction(),
    `${unpack}a signed proposal is required`,
    unpack,
  );
  if (proposal.channel === '') throw new RpcError(status.INVALID_ARGUMENT, `${unpack}no channel id provided`);
  const channel = peers.channels.get(proposal.channel);
  if (!channel) {
    throw new RpcError(
      status.UNAVAILABLE,
      `failed to get config for channel [${proposal.channel}]: could not get last config for channel ${proposal.channel}`,
    );
  }
  const asked = request.getTargetOrganizationsList();
  const protect = proposal.hasTransient && asked.length === 0;
  const targets = protect ? [localMspId] : asked;
  const able = channel
    .endorsersOf(proposal.chaincode)
    .filter((each) => targets.length === 0 || targets.includes(each));
  const order = [
    ...able.filter((each) => each === localMspId),
    ...able.filter((each) => each !== localMspId),
  ];
  if (order.length === 0) {
    const none = `no peers available to evaluate chaincode ${proposal.chaincode} in channel ${channel.name}`;
    const hint =
      "no endorsers found in the gateway's organization; retry specifying target organization(s) to protect transient data: ";
    throw new RpcError(status.FAILED_PRECONDITION, protect ? hint + none : none);
  }
  await using session = peers.session(proposal, channel);
  const details: ErrorDetail[] = [];
  let code = status.ABORTED;
  for (const mspId of order) {
    const outcome = await session.ask(mspId);
    if (outcome.kind === 'endorsed') {
      const response = new gateway.EvaluateResponse();
      response.setResult(outcome.response);
      return response;
    }
    const failure = FAILURES[outcome.kind];
    details.push(peers.detail(mspId, outcome.message));
    if (!failure.retry) {
      throw new RpcError(
        failure.code,
        `evaluate call to endorser returned error: ${outcome.message}`,
        details,
      );
    }
    code = failure.code;
  }
  throw new RpcError(code, 'failed to evaluate transaction, see attached details for more info', details);
}
