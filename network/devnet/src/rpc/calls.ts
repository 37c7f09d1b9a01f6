import { status } from '@grpc/grpc-js';
import type { ServerUnaryCall, handleUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { messageOf } from '../errors.js';
import type { Log } from '../log.js';
import { RpcError } from './rpc-error.js';

/** A stream towards a client, of whichever kind. */
interface Outgoing<T> {
  write(message: T): boolean;
  end(): unknown;
  emit(event: 'error', error: Error): unknown;
  once(event: 'drain', listener: () => void): unknown;
}

/** Any error as one that gRPC can send. */
function toRpcError(error: unknown, log: Log): RpcError {
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

/** A handler of gRPC's from a function that answers or throws. */
export function unary<Request, Response>(
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
    // Emitting is how grpc-js is told a stream's status; destroying it would send none.
    if (!signal.aborted) call.emit('error', toRpcError(error, log));
  }
}

function drained(call: Pick<Outgoing<never>, 'once'>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    signal.addEventListener('abort', done, { once: true });
  });
}
