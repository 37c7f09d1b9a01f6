import type { Fault } from '../finding/finding.js';
import type { Alteration } from './altered-build.js';

/** A mistake that somebody could make, and what the judge has to find of it. */
export interface Mistake {
  readonly what: string;
  readonly in: 'chaincode' | 'provider';
  readonly alterations: readonly Alteration[];
  /** All that it leads to. */
  readonly finds: readonly Fault[];
}

/**
 * Each takes away one thing that the order of permits and revocations rests on. A value's history joins no read set, so what is
 * read from there is not noticed to have changed.
 */
export const MISTAKES: readonly Mistake[] = [
  {
    what: 'a read set without the policy',
    in: 'chaincode',
    alterations: [
      {
        file: 'chaincode/access-control/dist/decisions.js',
        find: 'await policyOf(state, patientId)',
        instead: 'await policyOf({ get: (key) => state.get({ ...key, unseen: true }) }, patientId)',
      },
      {
        file: 'chaincode/runtime/dist/src/fabric/stub-state.js',
        find: 'async get(key) {',
        instead: `async get(key) {
          if (key.unseen) {
            const values = [];
            for await (const { value } of this.#stub.getHistoryForKey(this.#compositeOf(key)))
              values.push(valueOf(value));
            return values[0];
          }`,
      },
    ],
    finds: ['PERMIT_AFTER_REVOCATION', 'POLICY_VERSION_WRONG'],
  },
  {
    what: 'a window that begins again whenever somebody looks',
    in: 'provider',
    alterations: [
      {
        file: 'cloud-service/dist/access/permit.js',
        find: '!isFresh(access, at, now)',
        instead: '!isFresh(access, at && now, now)',
      },
    ],
    finds: ['RELEASE_LATE'],
  },
  {
    what: 'wraps that nobody holds to the rules',
    in: 'provider',
    alterations: [
      {
        file: 'cloud-service/dist/wraps/wrap-service.js',
        find: 'await this.#assertRecipients(wrapped, wraps);',
        instead: '',
      },
    ],
    finds: ['WRAP_TO_REVOKED'],
  },
];
