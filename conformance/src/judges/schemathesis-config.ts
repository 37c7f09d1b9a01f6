import { join } from 'node:path';
import { stringify } from 'smol-toml';
import type { OpenApiDocument, OpenApiOperation } from '../docs/openapi-documents.js';
import { WORKSPACE } from '../docs/workspace.js';
import type { JudgedService } from './judged-services.js';

/** What it has to be told in its own language; sources are not copied beside what is compiled. */
const HOOKS = join(WORKSPACE, 'conformance/src/judges/media_types.py');
/** An answer that takes longer counts as a failure. */
const REQUEST_TIMEOUT_S = 20;

/** RFC 9110, 15.4.5: also to `If-None-Match: *`, which fits whatever there is. */
const AS_KNOWN = '304';
/**
 * What a request that matches the document may be answered with all the same: it is not allowed, not there, not now, about
 * another version than there is (If-Match), or its content is refused (RFC 9110, 15.5.21). 400 says that it does not match.
 */
const REFUSALS = ['401', '403', '404', '409', '410', '412', '422', '429'];
/** Of what is too long to be looked at: a part of the path, the headers. */
const TOO_LONG = ['414', '431'];

/** How much it does. */
export interface Generation {
  /** Cases that are generated at random for each operation, besides those that its coverage phase works out. */
  readonly casesPerOperation: number;
  readonly seed: number;
}

/**
 * The `schemathesis.toml` with which it judges a service: every check, the token of somebody who may call each operation,
 * and ids that exist.
 */
export function schemathesisConfig(
  document: OpenApiDocument,
  { tokenOf, idsOf }: Pick<JudgedService, 'tokenOf' | 'idsOf'>,
  { casesPerOperation, seed }: Generation,
): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const token = tokenOf(name);
      const ids = idsOf(name);
      const known = (operation.parameters ?? [])
        .filter(({ name: parameter }) => parameter in ids)
        .map(({ name: parameter, in: place }) => [`${place}.${parameter}`, ids[parameter]] as const);
      return {
        'include-name': name,
        ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
        ...(known.length > 0 && { parameters: Object.fromEntries(known) }),
        ...(streams(operation) && { generation: { mode: 'negative' } }),
      };
    }),
  );
  return stringify({
    seed,
    hooks: HOOKS,
    'continue-on-failure': true,
    'request-timeout': REQUEST_TIMEOUT_S,
    generation: { 'max-examples': casesPerOperation },
    checks: {
      positive_data_acceptance: { 'expected-statuses': ['2xx', AS_KNOWN, ...REFUSALS] },
      negative_data_rejection: {
        'expected-statuses': ['400', ...REFUSALS, '405', '406', '415', ...TOO_LONG],
      },
    },
    // There, ids and tokens from here would repair what it has broken, and it would wonder why that is taken.
    phases: { stateful: { generation: { mode: 'positive' } } },
    // It refuses an operation about which nothing is said.
    operations: operations.filter((operation) => Object.keys(operation).length > 1),
  });
}

/** Whether what it answers never ends: schemathesis reads an answer to its end before it looks at it. */
const streams = ({ responses }: OpenApiOperation): boolean =>
  Object.values(responses).some(({ content = {} }) => 'text/event-stream' in content);
