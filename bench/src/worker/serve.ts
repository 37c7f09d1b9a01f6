/** What a worker can be asked for, by name. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

export interface WorkerRequest {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type WorkerReply =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

/**
 * Makes this process a worker: it answers requests of the process that forked it, and ends with it. Standard output
 * belongs to the bench's own results, so a worker writes nothing there.
 */
export function serveWorker(handlers: Handlers): void {
  process.on('message', (request: WorkerRequest) => void answer(handlers, request));
  process.once('disconnect', () => process.exit(0));
}

async function answer(handlers: Handlers, { id, name, argument }: WorkerRequest): Promise<void> {
  let reply: WorkerReply;
  try {
    const handler = handlers[name];
    if (handler === undefined) throw new RangeError(`This worker has no ${name}`);
    reply = { id, result: await handler(argument as never) };
  } catch (error) {
    reply = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(reply);
}
