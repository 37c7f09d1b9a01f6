import { BenchError } from '../errors.js';

/** A server that is asked. */
export interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The JSON of an answer, and how long it took. */
export interface Answered<T> {
  readonly ms: number;
  readonly answer: T;
}

/** @throws BenchError `MEASURE_INVALID` for a status that says no */
export async function ask<T>({ url, headers }: Asked, path: string, body?: object): Promise<Answered<T>> {
  const sent = body && {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { ...headers, 'content-type': 'application/fhir+json' },
  };
  const startMs = performance.now();
  const response = await fetch(`${url}${path}`, sent ?? { headers });
  const text = await response.text();
  const ms = performance.now() - startMs;
  if (!response.ok)
    throw new BenchError(
      'MEASURE_INVALID',
      `${path} was answered with ${response.status}: ${text.slice(0, 500)}`,
    );
  return { ms, answer: (text === '' ? {} : JSON.parse(text)) as T };
}

/** What a FHIR server found. */
export interface Searchset {
  readonly entry?: readonly {
    readonly resource: { readonly id: string; readonly effectiveDateTime: string };
  }[];
  readonly link: readonly { readonly relation: string; readonly url: string }[];
}

/** Address of the page that follows. @throws BenchError `MEASURE_INVALID` on the last one */
export function nextOf({ link }: Searchset): URL {
  const next = link.find(({ relation }) => relation === 'next');
  if (next === undefined) throw new BenchError('MEASURE_INVALID', 'A search has no second page');
  return new URL(next.url);
}
