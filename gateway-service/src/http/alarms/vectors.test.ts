import type { GatewayCore } from '../../core.js';
import { fromBase64url, nodeVerifier } from '@careledger/crypto';
import { loadVectors } from '@careledger/spec';
import { statementHash } from '@careledger/statements';
import { describe, expect, test } from '@jest/globals';
import type { Patient } from '../../patients/index.js';
import { assertAbout } from './acknowledging.js';
import { assertShort } from './muting.js';
import { readyWord, type PatientWordOptions } from './patient-word.js';

/** As `spec/statements.md` describes the files, of the kinds that this folder takes. */
interface WordVector {
  readonly description: string;
  readonly kind: string;
  readonly token: string;
  /** Seconds. */
  readonly now: number;
  readonly networkId: string;
  readonly patientId: string;
  readonly consentKey: string;
  readonly alarmId: string;
  readonly hash?: string;
  readonly code?: string;
  readonly statementCode?: string;
}
type Vector = WordVector & { readonly [member: string]: unknown };

const KINDS = ['acknowledgeAlarm', 'muteAlarms'];
const [valid, invalid] = (['valid', 'invalid'] as const).map((kind) =>
  loadVectors<Vector>(kind, 'own-gateway').filter((vector) => KINDS.includes(vector.kind)),
) as [(Vector & { name: string })[], (Vector & { name: string })[]];

/** A patient for whom the vector's consent key is in force. */
const optionsOf = ({ consentKey, networkId }: WordVector): PatientWordOptions => {
  const core = { patients: { consentKey: () => fromBase64url(consentKey) } } as unknown as GatewayCore;
  return { core, networkId, verifier: nodeVerifier() };
};

function judge(vector: WordVector): string {
  const { token: statement, now, patientId, kind, alarmId } = vector;
  const patient = { patientNo: 1, patientId } as Patient;
  const given = { statement, nowMs: now * 1_000 };
  if (kind === 'muteAlarms') {
    const { body } = readyWord(optionsOf(vector), patient, { name: kind, ...given });
    assertShort(Date.parse(body.until), given.nowMs);
  } else {
    const { body } = readyWord(optionsOf(vector), patient, { name: 'acknowledgeAlarm', ...given });
    assertAbout(alarmId, body);
  }
  return statementHash(statement);
}

describe('vectors of what a patient says of alarms', () => {
  test.each(valid)('valid: $name', (vector) => {
    expect(judge(vector)).toBe(vector.hash);
  });

  test.each(invalid)('invalid: $name', (vector) => {
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
