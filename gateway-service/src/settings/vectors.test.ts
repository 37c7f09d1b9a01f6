import { clinicalConfig, configUnder } from '@careledger/clinical';
import type { StatedSettings } from '@careledger/contracts';
import { fromBase64url, nodeVerifier } from '@careledger/crypto';
import { loadVectors } from '@careledger/spec';
import { describe, expect, test } from '@jest/globals';
import { assertNext, assertSound, checkSigned, readSettings } from './checks.js';
import { clinicalSettings, type SettingsStatement } from './stated.js';

/** As `spec/statements.md` describes the files of settings. */
type Vector = { readonly description: string; readonly kind: string } & {
  readonly token: string;
  /** Seconds. */
  readonly now: number;
  readonly networkId: string;
  readonly patientId: string;
  readonly consentKey: string;
  readonly authorityKey: string;
  readonly devices: readonly string[];
  readonly inForce?: {
    readonly version: number;
    readonly hash: string;
    readonly patient: StatedSettings;
    readonly authority: StatedSettings;
  };
  readonly result?: object;
  readonly hash?: string;
  readonly code?: string;
  readonly statementCode?: string;
};

const vectors = (kind: 'valid' | 'invalid') =>
  loadVectors<Vector>(kind, 'own-gateway').filter((vector) => vector.kind === 'settings');

/** What was stated before, as the rules take it. */
const before = ({ inForce }: Vector) => ({
  patient: clinicalSettings(inForce?.patient ?? {}),
  authority: clinicalSettings(inForce?.authority ?? {}),
});

/** In the order of `spec/statements.md`; what the ledger permits is no part of a vector. */
function judge(vector: Vector): SettingsStatement {
  const { token, patientId, networkId, now, devices } = vector;
  const said = readSettings(token, patientId);
  const key = fromBase64url(said.by === 'patient' ? vector.consentKey : vector.authorityKey);
  checkSigned(token, said, { key, networkId, verifier: nodeVerifier(), nowMs: now * 1_000 });
  const inForce = vector.inForce && { ...vector.inForce, ...before(vector) };
  assertNext(inForce, said.body);
  assertSound({ by: said.by, settings: said.body.settings }, inForce, (id) => devices.includes(id));
  return said;
}

describe('vectors of settings', () => {
  test.each(vectors('valid'))('valid: $name', (vector) => {
    const { by, body, hash } = judge(vector);
    expect(hash).toBe(vector.hash);
    const layers = { ...before(vector), by, [by]: clinicalSettings(body.settings) };
    expect(configUnder(clinicalConfig(), layers)).toMatchObject(vector.result ?? {});
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
