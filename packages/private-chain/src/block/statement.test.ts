import { STATEMENTS, records } from '@careledger/contracts';
import { expect, test } from '@jest/globals';
import { ANCHOR_FUNCTION } from '../proof/anchor.js';
import { STATEMENT_TYP } from './statement.js';

test('chains and proofs look for the statements and the function that the contracts define', () => {
  expect(STATEMENT_TYP).toMatchObject({
    registration: STATEMENTS.registerPatient.typ,
    keyRotation: STATEMENTS.rotatePatientKey.typ,
    anchor: STATEMENTS.anchorHead.typ,
    attestation: STATEMENTS.attestation.typ,
  });
  expect(Object.keys(records.transactions)).toContain(ANCHOR_FUNCTION);
});
