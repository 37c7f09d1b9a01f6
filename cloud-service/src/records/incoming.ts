import { fromBase64url, sha256, toBase64url } from '@careledger/crypto';
import { STATEMENTS, type StatementBody } from '@careledger/contracts';
import { readManifest, readWrapSet } from '@careledger/envelope';
import type { StoreRecordRequest } from '@careledger/protocol';
import { ProblemError } from '@careledger/service-kit';
import { readStatement } from '@careledger/statements';
import { Value } from 'typebox/value';
import type { ProblemCode } from '../problems.js';

/** A version that somebody wants stored, its parts checked against one another. The ledger judges the author. */
export interface IncomingVersion {
  readonly request: StoreRecordRequest;
  readonly body: StatementBody<'storeRecord'>;
  /** Who signed the statement: patient or authority. */
  readonly author: string;
  readonly wrapSeq: number;
  readonly ciphertext: Uint8Array;
}

/**
 * Takes a request apart and checks that path, statement, manifest, wrap set and ciphertext are of one version.
 * @throws ProblemError STATEMENT_MALFORMED, VERSION_MISMATCH, PROVIDER_MISMATCH
 */
export function readIncoming(
  request: StoreRecordRequest,
  path: { readonly recordId: string; readonly version: number },
  providerId: string,
): IncomingVersion {
  const { body, author } = readStoreStatement(request.statement);
  if (body.providerId !== providerId)
    throw new ProblemError<ProblemCode>(
      'PROVIDER_MISMATCH',
      `This is ${providerId}; the statement names ${body.providerId}`,
    );
  const ciphertext = fromBase64url(request.ciphertext);
  const manifest = readManifest(request.manifest);
  const wraps = readWrapSet(request.wrapSet);
  const { aad } = manifest;
  const faults = [
    (body.recordId !== path.recordId || body.version !== path.version) && 'path and statement',
    (aad.recordId !== body.recordId || aad.version !== body.version || aad.patientId !== body.patientId) &&
      'statement and manifest',
    aad.author !== author && 'author of statement and manifest',
    toBase64url(sha256(request.manifest)) !== body.manifestHash && 'manifest hash',
    (toBase64url(sha256(ciphertext)) !== body.ciphertextSha256 || ciphertext.length !== body.sizeBytes) &&
      'ciphertext',
    manifest.ciphertextSha256 !== body.ciphertextSha256 && 'ciphertext hash of the manifest',
    (wraps.recordId !== body.recordId || wraps.version !== body.version) && 'wrap set',
  ].filter((fault) => fault !== false);
  if (faults.length > 0)
    throw new ProblemError<ProblemCode>('VERSION_MISMATCH', `These do not agree: ${faults.join('; ')}`);
  return { request, body, author, wrapSeq: wraps.seq, ciphertext };
}

/** Form only. @throws ProblemError STATEMENT_MALFORMED */
export function readStoreStatement(statement: string): {
  body: StatementBody<'storeRecord'>;
  author: string;
} {
  const { header, payload } = readStatement(statement);
  const { typ, body: schema } = STATEMENTS.storeRecord;
  if (header.typ !== typ || !Value.Check(schema, payload.body))
    throw new ProblemError<ProblemCode>(
      'STATEMENT_MALFORMED',
      `Send a ${typ} statement with its body by the schema`,
    );
  return { body: payload.body, author: payload.iss };
}
