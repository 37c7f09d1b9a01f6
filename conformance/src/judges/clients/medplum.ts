import { patientResourceIdOf } from '@careledger/fhir';
import { MedplumClient } from '@medplum/core';
import { until } from '../../fixtures/services/until.js';
import { weight } from '../../fixtures/services/bundles.js';
import { WEIGHTS, type Seen, type TourOptions } from './tour.js';

/** A resource, as a client has it that knows nothing of this system. */
interface Resource {
  readonly resourceType: string;
  readonly id: string;
  readonly meta: { readonly versionId: string };
  readonly valueQuantity?: { readonly value: number };
}
interface Bundle {
  readonly total?: number;
  readonly entry?: readonly { readonly resource: Resource; readonly response: { readonly status: string } }[];
}
interface Outcome {
  readonly issue: readonly { readonly severity: string }[];
}

/** What its tour sees. */
export const MEDPLUM_SEEN: Seen = {
  metadata: '4.0.1',
  validate: ['information'],
  create: ['1', '1', '1'],
  read: [true, true],
  update: ['2', 79],
  history: ['2', '1'],
  transaction: ['201', '201'],
  count: WEIGHTS + 1,
  paging: [
    [79, 81],
    [82, 77],
  ],
};

const CODE = '29463-7';
/** Its types are in a package that is not installed: what comes is looked at as it comes. */
const as = <T>(answer: unknown): T => answer as T;
const valuesOf = (resources: readonly Resource[]): unknown[] =>
  resources.map(({ valueQuantity }) => valueQuantity?.value);

/**
 * Medplum's client goes through all that there is for it at an authority.
 * @param onAnswer gets each answer's text
 */
export async function medplumTour(
  { patientId, token, url }: TourOptions,
  onAnswer: (text: string) => void = () => undefined,
): Promise<Seen> {
  const client = new MedplumClient({
    ...{ baseUrl: `${url}/`, fhirUrlPath: 'fhir/', accessToken: token, cacheTime: 0 },
    fetch: async (address: string, init?: RequestInit) => {
      const answer = await fetch(address, init);
      onAnswer(await answer.clone().text());
      return answer;
    },
  });
  const patient = `Patient/${patientResourceIdOf(patientId)}`;
  const weighed = (value: number, day: number) => ({
    ...weight({ reference: patient }, value),
    effectiveDateTime: `2026-05-${String(day).padStart(2, '0')}T10:00:00+02:00`,
  });
  const seen: Record<string, unknown> = {};

  const metadata = as<{ fhirVersion: string }>(await client.get(client.fhirUrl('metadata')));
  seen['metadata'] = metadata.fhirVersion;
  const severitiesOf = async (resource: object): Promise<string[]> =>
    as<Outcome>(await client.validateResource(resource as never)).issue.map(({ severity }) => severity);
  seen['validate'] = await severitiesOf(weighed(81, 1));

  const made: Resource[] = [];
  for (let n = 0; n < WEIGHTS; n++)
    made.push(as<Resource>(await client.createResource(weighed(80 + n, 1 + n) as never)));
  seen['create'] = made.map(({ meta }) => meta.versionId);
  const [first] = made;
  if (first === undefined) throw new RangeError('The tour makes one at least');
  const { id } = first;
  const read = as<Resource>(await client.readResource('Observation', id));
  const version = as<Resource>(await client.readVersion('Observation', id, '1'));
  seen['read'] = [read, version].map((each) => JSON.stringify(each) === JSON.stringify(first));

  const changed = as<Resource>(
    await client.updateResource({ ...weighed(79, 1), id } as never, { headers: { 'If-Match': 'W/"1"' } }),
  );
  seen['update'] = [changed.meta.versionId, ...valuesOf([changed])];
  const history = as<Bundle>(await client.readHistory('Observation', id));
  seen['history'] = history.entry?.map(({ resource }) => resource.meta.versionId);

  const scale = `urn:uuid:${crypto.randomUUID()}`;
  const entry = [
    { fullUrl: scale, resource: { resourceType: 'Device', type: { text: 'Scale' } } },
    { resource: { ...weighed(77, 20), device: { reference: scale } } },
  ].map((each) => ({ ...each, request: { method: 'POST', url: each.resource.resourceType } }));
  const transaction = as<Bundle>(
    await client.executeBatch({ resourceType: 'Bundle', type: 'transaction', entry } as never),
  );
  seen['transaction'] = transaction.entry?.map(({ response }) => response.status.slice(0, 3));

  // What was written is in the copy once it was announced.
  const query = { patient, code: CODE };
  const counted = await until(
    async () => as<Bundle>(await client.search('Observation', { ...query, _summary: 'count' } as never)),
    ({ total }) => total === WEIGHTS + 1,
  );
  seen['count'] = counted.total;
  const pages: unknown[][] = [];
  const sorted = { ...query, _sort: 'date', _count: '2' };
  for await (const page of client.searchResourcePages('Observation', sorted))
    pages.push(valuesOf(as<Resource[]>(page)));
  seen['paging'] = pages;
  return seen;
}
