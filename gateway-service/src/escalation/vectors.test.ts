import type { AuthorityState, KeyPeriod } from '@careledger/contracts';
import { nodeVerifier } from '@careledger/crypto';
import { loadVectors } from '@careledger/spec';
import { statementHash } from '@careledger/statements';
import { describe, expect, test } from '@jest/globals';
import { checkAcknowledgement } from './acknowledgement-check.js';

/** As `spec/statements.md` describes the files of an acknowledgement. */
type Vector = { readonly description: string; readonly kind: string } & {
  readonly token: string;
  /** Seconds. */
  readonly now: number;
  readonly networkId: string;
  readonly notice: string;
  readonly authority: { readonly authorityId: string; readonly signingKeys: readonly KeyPeriod[] };
  readonly hash?: string;
  readonly code?: string;
  readonly statementCode?: string;
};

const vectors = (kind: 'valid' | 'invalid') =>
  loadVectors<Vector>(kind, 'own-gateway').filter((vector) => vector.kind === 'acknowledgement');

const judge = ({ token, notice, authority, networkId, now }: Vector) =>
  checkAcknowledgement(token, notice, {
    ...{ authority: authority as AuthorityState, networkId, verifier: nodeVerifier() },
    nowMs: now * 1_000,
  });

describe('vectors of acknowledgements', () => {
  test.each(vectors('valid'))('valid: $name', (vector) => {
    expect(judge(vector)).toMatchObject({ version: 2, practitionerId: expect.stringMatching(/^prc_/) });
    expect(statementHash(vector.token)).toBe(vector.hash);
  });

  test.each(vectors('invalid'))('invalid: $name', (vector) => {
    expect(() => judge(vector)).toThrow(
      expect.objectContaining({
        code: vector.code,
        ...(vector.statementCode !== undefined && {
          cause: expect.objectContaining({ code: vector.statementCode }),
        }),
      }),
    );
  });
});
