import { ProblemError } from '@careledger/service-kit';
import { weakTag } from './answers.js';
import type { HistoryPage, HistoryVersion } from './reading.js';
import { FHIR_BASE } from './table.js';

/** What a history is of, and where it was asked for. */
export interface HistoryAbout {
  readonly resourceType: string;
  readonly id: string;
  /** Address of this server, with FHIR's path. */
  readonly base: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly count: number;
}

/** A Bundle of type `history` (https://hl7.org/fhir/R4/http.html#history), to be written by `JSON.stringify`. */
export function historyBundle({ versions, next }: HistoryPage, about: HistoryAbout): object {
  const { base, count, id, resourceType, url } = about;
  const own = `${base}/${resourceType}/${id}`;
  const following = next && `${own}/_history?_count=${count}&_cursor=${encodeURIComponent(next)}`;
  return {
    resourceType: 'Bundle',
    type: 'history',
    link: [
      { relation: 'self', url: `${base}${url.slice(FHIR_BASE.length)}` },
      ...(following === undefined ? [] : [{ relation: 'next', url: following }]),
    ],
    ...(versions.length > 0 && { entry: versions.map((version) => entryOf(version, own)) }),
  };
}

function entryOf({ version, storedAt, outcome }: HistoryVersion, fullUrl: string): object {
  const [method, path] =
    version === 1 ? ['POST', fullUrl.split('/').at(-2)] : ['PUT', fullUrl.split('/').slice(-2).join('/')];
  const told = {
    etag: weakTag(version),
    ...(storedAt !== undefined && { lastModified: storedAt }),
  };
  const request = { method, url: path };
  return outcome.status === 'fulfilled'
    ? { fullUrl, resource: outcome.value, request, response: { status: '200', ...told } }
    : { fullUrl, request, response: { status: '403', ...told, outcome: outcomeOf(outcome.reason) } };
}

/** Why a version is not shown, in the words of its code. */
function outcomeOf(reason: unknown): object {
  const text = reason instanceof ProblemError ? `${reason.code}: ${reason.message}` : 'Nothing is shown';
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'forbidden', diagnostics: text }],
  };
}
