import { isDeepStrictEqual } from 'node:util';
import type { StatementBody } from '@careledger/contracts';
import { fromBase64url, sha256, toBase64url } from '@careledger/crypto';
import { recordIdOf } from '@careledger/domain';
import {
  readManifest,
  readWrapSet,
  tokenHash,
  type Manifest,
  type Wrap,
  type WrapSet,
} from '@careledger/envelope';
import type { StoreRecordRequest } from '@careledger/protocol';
import { ProblemError } from '@careledger/service-kit';
import { refusal } from '../ledger/refusal.js';
import { readStatementOf, type ReadStatement } from '../ledger/statements.js';
import type { ProblemCode } from '../problems.js';
import { wrapsOf } from '../wraps/wrap-set.js';

/** Record and version, as a path names them. */
export interface VersionPath {
  readonly recordId: string;
  readonly version: number;
}

/** A version that somebody wants stored, its parts checked against one another. Nobody's signature is checked yet. */
export interface IncomingVersion {
  readonly request: StoreRecordRequest;
  readonly statement: ReadStatement<'storeRecord'>;
  readonly manifest: Manifest;
  readonly wrapSet: WrapSet;
  readonly wraps: readonly Wrap[];
  readonly ciphertext: Uint8Array;
}

/**
 * Takes a request apart and checks that path, statement, manifest, wraps and ciphertext are of one version.
 * @param path what it is sent to; absent for one of a batch, which its statement alone names
 * @throws ProblemError VERSION_MISMATCH, PROVIDER_MISMATCH, RECORD_REFUSED, WRAPS_REFUSED; StatementError, EnvelopeError
 * or CryptoError of what is malformed
 */
export function readIncoming(
  request: StoreRecordRequest,
  providerId: string,
  path?: VersionPath,
): IncomingVersion {
  const statement = readStatementOf('storeRecord', request.statement, 'RECORD_REFUSED');
  const { body, issuer } = statement;
  if (body.providerId !== providerId)
    throw new ProblemError<ProblemCode>(
      'PROVIDER_MISMATCH',
      `This is ${providerId}; the statement names ${body.providerId}`,
    );
  const ciphertext = fromBase64url(request.ciphertext);
  const manifest = readManifest(request.manifest);
  const wrapSet = readWrapSet(request.wrapSet);
  const faults = faultsOf({ request, path: path ?? body, body, issuer, manifest, wrapSet, ciphertext });
  if (faults.length > 0)
    throw new ProblemError<ProblemCode>('VERSION_MISMATCH', `These do not agree: ${faults.join('; ')}`);
  assertRecordId(body, issuer);
  return { request, statement, manifest, wrapSet, wraps: wrapsOf(wrapSet, request.wraps), ciphertext };
}

interface Parts {
  readonly request: StoreRecordRequest;
  readonly path: VersionPath;
  readonly body: StatementBody<'storeRecord'>;
  readonly issuer: string;
  readonly manifest: Manifest;
  readonly wrapSet: WrapSet;
  readonly ciphertext: Uint8Array;
}

function faultsOf({ request, path, body, issuer, manifest, wrapSet, ciphertext }: Parts): string[] {
  const { aad } = manifest;
  const checks: readonly (readonly [boolean, string])[] = [
    [body.recordId === path.recordId && body.version === path.version, 'path and statement'],
    [
      aad.recordId === body.recordId && aad.version === body.version && aad.patientId === body.patientId,
      'statement and manifest',
    ],
    [aad.author === issuer, 'author of statement and manifest'],
    [isDeepStrictEqual(aad.tagGroups, body.tagGroups), 'tag groups of statement and manifest'],
    [aad.prevVersionHash === body.prevVersionHash, 'previous version of statement and manifest'],
    [tokenHash(request.manifest) === body.manifestHash, 'manifest hash'],
    [
      toBase64url(sha256(ciphertext)) === body.ciphertextSha256 && ciphertext.length === body.sizeBytes,
      'ciphertext',
    ],
    [
      manifest.ciphertextSha256 === body.ciphertextSha256 && manifest.size === body.sizeBytes,
      'ciphertext of the manifest',
    ],
    [
      wrapSet.recordId === body.recordId &&
        wrapSet.version === body.version &&
        wrapSet.manifestHash === body.manifestHash,
      'wrap set',
    ],
    [wrapSet.seq === 1, 'number of the wrap set, which is 1 at first store'],
  ];
  return checks.flatMap(([holds, what]) => (holds ? [] : [what]));
}

/** The author of version 1 alone can have this id; whose seed a later version carries, the ledger knows. */
function assertRecordId(body: StatementBody<'storeRecord'>, author: string): void {
  const { patientId, recordId, seed, version } = body;
  if (version === 1 && recordIdOf({ author, patientId, seed }, sha256) !== recordId)
    throw refusal('RECORD_REFUSED', 'RECORD_ID_MISMATCH', `${recordId} is not the id of this author’s seed`);
}
