import type { ServerWritableStream } from '@grpc/grpc-js';
import type { gateway } from '@hyperledger/fabric-protos';
import type { DeliverContext } from '../deliver/service.js';
import type { Orderer } from '../order/orderer.js';
import { pump, signalOf, unary } from '../rpc/calls.js';
import { chaincodeEvents } from './chaincode-events.js';
import { commitStatus } from './commit-status.js';
import { endorse } from './endorse.js';
import { evaluate } from './evaluate.js';
import type { Peers } from './peers.js';
import { submit } from './submit.js';

/** What the services of one organisation's endpoint work with. */
export interface EndpointContext extends DeliverContext {
  readonly peers: Peers;
  readonly orderers: ReadonlyMap<string, Orderer>;
  /** `host:port` of the ordering service, as error details name it. */
  readonly ordererAddress: string;
}

/** gateway.Gateway for one organisation's endpoint. */
export function gatewayService(context: EndpointContext): gateway.IGatewayServer {
  const { mspId, channels, peers, orderers, log } = context;
  return {
    endorse: unary<gateway.EndorseRequest, gateway.EndorseResponse>(log, (request) =>
      peers.limited(() => endorse(request, mspId, peers)),
    ),
    evaluate: unary<gateway.EvaluateRequest, gateway.EvaluateResponse>(log, (request) =>
      peers.limited(() => evaluate(request, mspId, peers)),
    ),
    submit: unary<gateway.SubmitRequest, gateway.SubmitResponse>(log, (request) =>
      submit(request, orderers, (message) => ({ address: context.ordererAddress, mspId: '', message })),
    ),
    commitStatus: unary<gateway.SignedCommitStatusRequest, gateway.CommitStatusResponse>(
      log,
      (request, signal) => commitStatus(request, channels, signal),
    ),
    chaincodeEvents: (
      call: ServerWritableStream<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse>,
    ) => {
      const signal = signalOf(call);
      void pump(chaincodeEvents(call.request, channels, signal), call, signal, log);
    },
  };
}
