import type { IdempotentRequest } from '@careledger/service-kit';
import { problem } from '../problems.js';
import { isObject, objectsOf, type Json } from '../resources/json.js';
import { fullUrlOf, keptResource, type NewEntry } from './sent-resources.js';

const UUID_URL = /^urn:(?:uuid|oid):\S+$/;

/**
 * The entries of the one record that a transaction makes: each creates a resource, without a condition.
 * @param bundle of `exactJson`
 * @throws ProblemError FHIR_INVALID, with each entry that asks for something else
 */
export function transactionEntries(bundle: Json, request: IdempotentRequest, base: string): NewEntry[] {
  const entries = objectsOf(bundle['entry']);
  const faults: Fault[] = bundle['type'] === 'transaction' ? [] : [NO_TRANSACTION];
  if (entries.length === 0) faults.push({ path: 'Bundle.entry', message: 'there is none' });
  const made = entries.flatMap((entry, index): NewEntry[] => {
    const { fullUrl, resource } = entry;
    const path = `Bundle.entry[${index}]`;
    faults.push(...faultsOf(entry, path));
    if (!isObject(resource)) return [];
    return [
      {
        fullUrl: typeof fullUrl === 'string' ? fullUrl : fullUrlOf(request, index),
        resource: keptResource(resource, base),
      },
    ];
  });
  if (faults.length === 0) return made;
  const [first = NO_TRANSACTION] = faults;
  throw problem('FHIR_INVALID', `${first.path}: ${first.message}`, {
    members: {
      reason: RULE,
      issues: faults.map(({ path, message }) => ({
        ...{ code: 'not-supported', expression: path, rule: RULE, diagnostics: message },
      })),
    },
  });
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

const RULE = 'BUNDLE_TYPE_REFUSED';
const NO_TRANSACTION: Fault = { path: 'Bundle.type', message: 'a transaction or a batch is taken here' };
const CONDITIONS = ['ifNoneExist', 'ifMatch', 'ifNoneMatch', 'ifModifiedSince'];

/** What in an entry is no plain creation. */
function faultsOf({ fullUrl, request, resource, response, search }: Json, path: string): Fault[] {
  if (!isObject(resource)) return [{ path: `${path}.resource`, message: 'an entry has a resource' }];
  if (!isObject(request)) return [{ path: `${path}.request`, message: 'an entry has a request' }];
  const faults: Fault[] = [];
  const fault = (element: string, message: string): void =>
    void faults.push({ path: `${path}.${element}`, message });
  const { resourceType } = resource;
  if (request['method'] !== 'POST') fault('request.method', 'a transaction makes one record: POST alone');
  if (request['url'] !== resourceType) fault('request.url', `must be ${String(resourceType)}`);
  for (const name of CONDITIONS)
    if (request[name] !== undefined) fault(`request.${name}`, 'a condition is not looked at: leave it out');
  if (response !== undefined) fault('response', 'belongs to an answer');
  if (search !== undefined) fault('search', 'belongs to an answer');
  if (fullUrl !== undefined && (typeof fullUrl !== 'string' || !UUID_URL.test(fullUrl)))
    fault('fullUrl', 'must be urn:uuid:…, or left out');
  return faults;
}
