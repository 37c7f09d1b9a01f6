/** What an arm can be asked for, by name. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

export interface ArmRequest {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type ArmReply =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

/**
 * Makes this process an arm: it answers requests of the process that forked it, and ends with it. Standard output
 * belongs to the bench's own results, so an arm writes nothing there.
 */
export function serveArm(handlers: Handlers): void {
  process.on('message', (request: ArmRequest) => void answer(handlers, request));
  process.once('disconnect', () => process.exit(0));
}

async function answer(handlers: Handlers, { id, name, argument }: ArmRequest): Promise<void> {
  let reply: ArmReply;
  try {
    const handler = handlers[name];
    if (handler === undefined) throw new RangeError(`This arm has no ${name}`);
    reply = { id, result: await handler(argument as never) };
  } catch (error) {
    reply = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(reply);
}
