import { status } from '@grpc/grpc-js';
import type { ServerUnaryCall, ServerWritableStream, handleUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { gateway } from '@hyperledger/fabric-protos';
import type { Channel } from '../channel/channel.js';
import { messageOf } from '../errors.js';
import type { Log } from '../log.js';
import type { Orderer } from '../order/orderer.js';
import { chaincodeEvents } from './chaincode-events.js';
import { commitStatus } from './commit-status.js';
import { endorse } from './endorse.js';
import { evaluate } from './evaluate.js';
import type { Peers } from './peers.js';
import { RpcError } from './rpc-error.js';
import { submit } from './submit.js';

/** What the services of one organisation's endpoint work with. */
export interface EndpointContext {
  readonly mspId: string;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly peers: Peers;
  readonly orderers: ReadonlyMap<string, Orderer>;
  /** `host:port` of the ordering service, as error details name it. */
  readonly ordererAddress: string;
  readonly log: Log;
}

/** A stream towards a client, of whichever kind. */
type Outgoing<T> = Pick<ServerWritableStream<unknown, T>, 'write' | 'end' | 'destroy' | 'once' | 'cancelled'>;

/** Any error as one that gRPC can send. */
export function toRpcError(error: unknown, log: Log): RpcError {
  if (error instanceof RpcError) return error;
  log.error({ err: error }, 'request failed');
  return new RpcError(status.INTERNAL, messageOf(error));
}

/** A signal that aborts when the client goes away, or its deadline passes. */
export function signalOf(call: {
  once(event: 'cancelled', listener: () => void): unknown;
  readonly cancelled: boolean;
}): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  call.once('cancelled', () => controller.abort());
  return controller.signal;
}

function unary<Request, Response>(
  log: Log,
  handle: (request: Request, signal: AbortSignal) => Promise<Response> | Response,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    const answer = async (): Promise<void> => {
      try {
        callback(null, await handle(call.request, signalOf(call)));
      } catch (error) {
        callback(toRpcError(error, log));
      }
    };
    void answer();
  };
}

/** Writes messages to a client no faster than it reads them. */
export async function pump<T>(
  messages: AsyncIterable<T>,
  call: Outgoing<T>,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  try {
    for await (const message of messages) {
      if (signal.aborted) return;
      if (!call.write(message)) await drained(call, signal);
    }
    call.end();
  } catch (error) {
    if (!signal.aborted) call.destroy(toRpcError(error, log));
  }
}

function drained(call: Outgoing<never>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    call.once('drain', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
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
