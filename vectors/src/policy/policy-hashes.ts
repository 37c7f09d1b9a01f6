import { STATEMENTS, type StatementBody, type StatementName } from '@careledger/contracts';
import { id128Of, sha256, sha256Hex, signerFromSeed, utf8, type Signer } from '@careledger/crypto';
import { CHANNELS, patientIdOf } from '@careledger/domain';
import { firstPolicyHash, nextPolicyHash } from '@careledger/policy';
import type { Vector, VectorKind } from '@careledger/spec';
import { makeStatement } from '@careledger/statements';

/** Files of `spec/vectors/valid/policy`; documented in `spec/grants.md`. */
type PolicyHashVector = {
  description: string;
  patientId: string;
  /** What changed the patient's policy on one channel, in that channel's order. */
  statements: string[];
  /** Of each version, base64url: the first before any statement. */
  hashes: string[];
};

const consent: Signer = signerFromSeed(new Uint8Array(32).fill(0x61));
const patientId = patientIdOf(consent.publicKey, sha256);
const IAT = 1_767_225_600;

let made = 0;
const signed = <N extends StatementName>(name: N, body: StatementBody<N>): string =>
  makeStatement(
    {
      ...{ typ: STATEMENTS[name].typ, iss: patientId, aud: 'devnet', channels: CHANNELS },
      ...{ sid: id128Of(`policy-${made++}`), iat: IAT, body: body as object },
    },
    consent,
  );

const terms = {
  granteeTags: [],
  permissions: ['read' as const],
  scopeTags: [],
  purposes: ['TREAT' as const],
  from: '2026-01-01T00:00:00Z',
  delegable: false,
};

/** Everything in `spec/vectors/KIND/policy`. */
export function policyVectors(kind: VectorKind): Vector<PolicyHashVector>[] {
  if (kind === 'invalid') return [];
  const grant = signed('grant', { policySeq: 1, authorityId: 'aut_hospital', ...terms });
  const denial = signed('grant', { policySeq: 2, authorityId: '*', ...terms, effect: 'deny' });
  const revokeAll = signed('revokeAll', { policySeq: 3 });
  const make = (name: string, description: string, statements: string[]): Vector<PolicyHashVector> => {
    const hashes = [firstPolicyHash(patientId)];
    for (const statement of statements)
      hashes.push(nextPolicyHash(hashes.at(-1) ?? '', sha256Hex(utf8(statement))));
    return { name, description, patientId, statements, hashes };
  };
  return [
    make('nothing-decided', 'Version 0: the hash is of the patient alone', []),
    make('grant-denial-revoke-all', 'Three versions, each a statement more', [grant, denial, revokeAll]),
    make('the-same-in-another-order', 'As another channel may have them: other hashes', [
      denial,
      grant,
      revokeAll,
    ]),
  ];
}
