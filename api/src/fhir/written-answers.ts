import { resourceIdOf } from '@careledger/fhir';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OpeningRecords } from '../access/opening.js';
import { sendResource, weakTag } from './answers.js';
import { ServedRecord } from './served-record.js';
import { FHIR_BASE } from './table.js';
import type { Written } from './writing.js';

const RETURN_MINIMAL = /(?:^|[,;])\s*return\s*=\s*"?minimal"?\s*(?:$|[,;])/i;

/** Whether whoever sends it has no need of what it becomes. */
export const prefersMinimal = ({ headers: { prefer } }: Pick<FastifyRequest, 'headers'>): boolean =>
  RETURN_MINIMAL.test([prefer ?? []].flat().join(','));

/** 202: where to look, in FHIR's words; the job's own `Location` is not what was made. */
export function answerAccepted(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const job = String(reply.getHeader('location'));
  reply.removeHeader('location').header('content-location', job).code(202);
  const diagnostics = `It is on its way, and goes on by itself: ${job} says how far it has come`;
  const issue = [{ severity: 'information', code: 'incomplete', diagnostics }];
  return sendResource(reply, request, JSON.stringify({ resourceType: 'OperationOutcome', issue }));
}

/** How writing is answered once a provider has signed for it, or while it goes on. */
export class WrittenAnswers {
  constructor(readonly opening: Pick<OpeningRecords, 'versions'>) {}

  /** 201 with what was made. */
  async created(request: FastifyRequest, reply: FastifyReply, written: Written): Promise<FastifyReply> {
    return this.#one(request, reply.code(201), written);
  }

  /** 200 with what it is now. */
  async updated(request: FastifyRequest, reply: FastifyReply, written: Written): Promise<FastifyReply> {
    return this.#one(request, reply.code(200), written);
  }

  /** 200 with where each resource is. */
  async transacted(request: FastifyRequest, reply: FastifyReply, written: Written): Promise<FastifyReply> {
    const { version } = written.write;
    const lastModified = await this.#storedAt(written);
    const entry = written.entries.map((one) => ({
      response: {
        ...{ status: '201 Created', location: placeOf(written, one), etag: weakTag(version), lastModified },
      },
    }));
    const bundle = { resourceType: 'Bundle', type: 'transaction-response', entry };
    return sendResource(reply.code(200), request, JSON.stringify(bundle));
  }

  async #one(request: FastifyRequest, reply: FastifyReply, written: Written): Promise<FastifyReply> {
    const { json, entries, write } = written;
    const [one] = entries;
    if (one === undefined) throw new RangeError('Nothing was written');
    const { patientId, recordId, version } = write;
    const storedAt = await this.#storedAt(written);
    reply
      .header('location', `${FHIR_BASE}/${placeOf(written, one)}`)
      .header('etag', weakTag(version))
      .header('last-modified', new Date(storedAt).toUTCString());
    // What was sealed by an earlier request is no longer here in the clear.
    if (json === undefined || prefersMinimal(request)) return reply.send();
    const record = new ServedRecord({ patientId, recordId }, { json, version, storedAt });
    return sendResource(reply, request, record.textOf(one.resourceType, one.entry) ?? '');
  }

  async #storedAt({ write: { patientId, recordId, version } }: Written): Promise<string> {
    const { stored } = await this.opening.versions.named({ patientId, recordId, version });
    if (stored === undefined) throw new RangeError(`Version ${version} is signed for and not on the ledger`);
    return stored.storedAt;
  }
}

const placeOf = (
  { write: { patientId, recordId, version } }: Written,
  { resourceType, entry }: Written['entries'][number],
): string => `${resourceType}/${resourceIdOf({ patientId, recordId, entry })}/_history/${version}`;
