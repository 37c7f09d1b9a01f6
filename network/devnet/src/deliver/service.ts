import type { ServerDuplexStream } from '@grpc/grpc-js';
import { common, peer } from '@hyperledger/fabric-protos';
import type { Channel } from '../channel/channel.js';
import type { Log } from '../log.js';
import { pump, signalOf } from '../rpc/calls.js';
import { blockWithPrivateData, filteredBlock, wholeBlock } from './responses.js';
import type { Responder } from './responses.js';
import { SeekRefusal, readSeek } from './seek.js';
import type { DeliverStatus, Seek, SeekScope } from './seek.js';

type DeliverCall = ServerDuplexStream<common.Envelope, peer.DeliverResponse>;
const { Status } = common;

/** What the deliver service of one organisation's endpoint works with. */
export interface DeliverContext {
  readonly mspId: string;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly timeWindowMs: number;
  /** Mutual TLS: requests for blocks must be bound to the client's TLS certificate. */
  readonly requireClientCertificate: boolean;
  readonly log: Log;
}

function statusResponse(status: DeliverStatus): peer.DeliverResponse {
  const response = new peer.DeliverResponse();
  response.setStatus(status);
  return response;
}

/** Blocks of one request, then how it ended. */
async function* deliverBlocks(
  seek: Seek,
  respond: Responder,
  signal: AbortSignal,
): AsyncGenerator<peer.DeliverResponse, DeliverStatus> {
  const { ledger, commits } = seek.channel;
  for (let number = seek.first; number <= seek.last && !signal.aborted;) {
    const block = await ledger.block(number);
    if (!block) {
      if (seek.failIfNotReady) return Status.NOT_FOUND;
      await commits.next(signal);
      continue;
    }
    if (Date.now() > seek.expiresAtMs) return Status.FORBIDDEN;
    yield await respond(block, seek);
    number += 1;
  }
  return Status.SUCCESS;
}

/** Answers the requests of one stream in turn; one that is refused ends it. */
async function* answer(
  call: DeliverCall,
  scope: SeekScope,
  respond: Responder,
  signal: AbortSignal,
): AsyncGenerator<peer.DeliverResponse> {
  // Leaving the loop must not destroy the stream: the status still has to go out.
  const requests = call.iterator({ destroyOnReturn: false }) as AsyncIterable<common.Envelope>;
  for await (const envelope of requests) {
    let seek: Seek;
    try {
      seek = readSeek(envelope, scope);
    } catch (error) {
      if (!(error instanceof SeekRefusal)) throw error;
      yield statusResponse(error.status);
      return;
    }
    const status = yield* deliverBlocks(seek, respond, signal);
    yield statusResponse(status);
    if (status !== Status.SUCCESS) return;
  }
}

/** protos.Deliver for one organisation's endpoint: blocks, filtered blocks, blocks with private data. */
export function deliverService(context: DeliverContext): peer.IDeliverServer {
  const serve =
    (respond: Responder) =>
    (call: DeliverCall): void => {
      const signal = signalOf(call);
      const scope: SeekScope = {
        channels: context.channels,
        timeWindowMs: context.timeWindowMs,
        tlsCertificate: call.getAuthContext().sslPeerCertificate?.raw,
        requireTlsBinding: context.requireClientCertificate,
      };
      void pump(answer(call, scope, respond, signal), call, signal, context.log);
    };
  return {
    deliver: serve(wholeBlock),
    deliverFiltered: serve(filteredBlock),
    deliverWithPrivateData: serve(blockWithPrivateData(context.mspId)),
  };
}
