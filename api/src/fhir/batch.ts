import { STATUS_CODES } from 'node:http';
import { exactJson } from '@careledger/crypto';
import { commonProblems, problemOf, toOperationOutcome } from '@careledger/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem } from '../problems.js';
import type { Json } from '../resources/json.js';
import { requestOf, type EntryRequest } from './batch-entry.js';
import { BATCH_MAX_ENTRIES, FHIR_BASE } from './table.js';

/** Requests of one batch that are answered at once. */
const AT_ONCE = 4;
/** Once its answers have so much together, nothing more of a batch is asked. */
const ANSWERS_MAX_BYTES = 8 * 1024 * 1024;

type Answers = Pick<FastifyInstance, 'inject'>;
type Outer = Pick<FastifyRequest, 'headers' | 'ip'>;

/**
 * Answers each entry of a batch (https://hl7.org/fhir/R4/http.html#transaction) as the request that it is: by its own route, with all
 * that this asks of who may send it and of what is sent. None knows of another.
 * @param bundle of `exactJson`
 * @returns a Bundle of type `batch-response`, an entry for each, in their order
 * @throws ProblemError FHIR_INVALID for a Bundle without entries, or with too many
 */
export async function answerBatch(app: Answers, bundle: Json, outer: Outer): Promise<object> {
  const entries = entriesOf(bundle);
  const answered: object[] = [];
  let next = 0;
  let bytes = 0;
  const answerSome = async (): Promise<void> => {
    for (let index = next++; index < entries.length; index = next++) {
      const asked = requestOf(entries[index], index, outer.headers);
      if (typeof asked === 'string') answered[index] = refused('VALIDATION_FAILED', asked);
      else if (bytes >= ANSWERS_MAX_BYTES) answered[index] = refused('PAYLOAD_TOO_LARGE', TOO_MUCH);
      else {
        const { answer, length } = await answerTo(app, asked, outer);
        bytes += length;
        answered[index] = answer;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, answerSome));
  return { resourceType: 'Bundle', type: 'batch-response', entry: answered };
}

const TOO_MUCH = 'What came before it fills the answer: nothing was done about this; ask for it by itself';

function entriesOf({ entry }: Json): unknown[] {
  const entries: unknown[] = Array.isArray(entry) ? entry : [];
  if (entries.length > 0 && entries.length <= BATCH_MAX_ENTRIES) return entries;
  const diagnostics = entries.length === 0 ? 'there is none' : `at most ${BATCH_MAX_ENTRIES}`;
  throw problem('FHIR_INVALID', `Bundle.entry: ${diagnostics}`, {
    members: {
      reason: 'BUNDLE_TYPE_REFUSED',
      issues: [
        { code: 'not-supported', expression: 'Bundle.entry', rule: 'BUNDLE_TYPE_REFUSED', diagnostics },
      ],
    },
  });
}

async function answerTo(
  app: Answers,
  { payload, ...request }: EntryRequest,
  { ip: remoteAddress }: Outer,
): Promise<{ readonly answer: object; readonly length: number }> {
  const {
    headers,
    payload: text,
    statusCode,
  } = await app.inject({
    ...{ ...request, remoteAddress },
    ...(payload !== undefined && { payload }),
  });
  const body = text === '' ? undefined : exactJson(text);
  const isOutcome = statusCode >= 400 || statusCode === 202;
  const place = [headers.location, headers['content-location']].find((each) => each !== undefined);
  const lastModified = headers['last-modified'];
  const answer = {
    ...(body !== undefined && !isOutcome && { resource: body }),
    response: {
      status: statusText(statusCode),
      ...(place !== undefined && { location: String(place).replace(`${FHIR_BASE}/`, '') }),
      ...(headers.etag !== undefined && { etag: headers.etag }),
      ...(typeof lastModified === 'string' && { lastModified: new Date(lastModified).toISOString() }),
      ...(body !== undefined && isOutcome && { outcome: body }),
    },
  };
  return { answer, length: text.length };
}

/** For an entry that no route was asked for. */
function refused(code: 'VALIDATION_FAILED' | 'PAYLOAD_TOO_LARGE', detail: string): object {
  const described = { ...problemOf(code, commonProblems[code]), detail };
  return { response: { status: statusText(described.status), outcome: toOperationOutcome(described) } };
}

const statusText = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim();
