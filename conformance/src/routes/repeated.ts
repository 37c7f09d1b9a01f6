import { randomUUID } from 'node:crypto';

/** A request that is fine, and another one of the same route. */
export interface Repeatable {
  readonly service: { readonly url: string };
  /** Undefined where nobody in particular may call the route. */
  readonly token: string | undefined;
  /** With its ids. */
  readonly path: string;
  /** Undefined where the route reads none. */
  readonly body?: object;
  /** As the route could read it as well; another request by that alone. */
  readonly otherBody: object;
  /** How many there are of what the request makes. */
  readonly count?: () => Promise<number>;
}

/** Requests by `METHOD /path` as the document has it, each made when it is its turn. */
export type Repeatables<World> = Readonly<Record<string, (world: World) => Promise<Repeatable>>>;

/** What it came to. */
export interface Repeated {
  /** Whether the first was fine. */
  readonly first: string;
  /** `same, replayed`, or what was otherwise. */
  readonly again: string;
  /** Code of the refusal. */
  readonly other: string;
  /** How many were made; one where that is not counted. */
  readonly made: number;
}

/** As it has to be. */
export const ONCE: Repeated = {
  first: 'fine',
  again: 'same, replayed',
  other: 'IDEMPOTENCY_KEY_REUSED',
  made: 1,
};

/** Sends a request twice under one key, and then another one under it. @param route `METHOD /path` */
export async function repeat(route: string, request: Repeatable): Promise<Repeated> {
  const { body, count, otherBody } = request;
  const key = randomUUID();
  const before = await count?.();
  const first = await send(route, request, { key, body });
  const again = await send(route, request, { key, body });
  const other = await send(route, request, { key, body: otherBody });
  const after = await count?.();
  const isFine = first.status >= 200 && first.status < 300 && first.replayed === null;
  const isSame = again.status === first.status && again.text === first.text;
  return {
    first: isFine ? 'fine' : `${first.status} ${first.text}`,
    again:
      isSame && again.replayed === 'true' ? ONCE.again : `${again.status} ${again.replayed} ${again.text}`,
    other: other.status === 422 ? String((JSON.parse(other.text) as { code?: string }).code) : other.text,
    made: before === undefined || after === undefined ? 1 : after - before,
  };
}

async function send(
  route: string,
  { service, token, path }: Repeatable,
  { key, body }: { readonly key: string; readonly body: object | undefined },
) {
  const response = await fetch(new URL(path, service.url), {
    method: route.split(' ')[0] ?? '',
    headers: {
      'idempotency-key': key,
      // What is done in the end, however long it takes: a 202 is told how far it has come, and not replayed.
      prefer: 'wait=25',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    replayed: response.headers.get('idempotent-replayed'),
    text: await response.text(),
  };
}
