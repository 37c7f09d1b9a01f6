import { join } from 'node:path';
import type { TestOrganisation, TestPatient } from '@careledger/chaincode-runtime/testing';
import type { StatementBody } from '@careledger/contracts';
import { fromBase64url, sha256, toBase64url, type Signer } from '@careledger/crypto';
import type { TagGroups } from '@careledger/domain';
import type { Wrap } from '@careledger/envelope';
import type { StoreRecordRequest } from '@careledger/protocol';
import type { RunningProvider } from './running-provider.js';

/** Who makes a version. */
export interface Author {
  /** PatientId or AuthorityId. */
  readonly id: string;
  readonly mspId: string;
  readonly signer: Signer;
}

export const gatewayOf = (patient: TestPatient): Author => ({
  id: patient.id,
  mspId: 'PatientsMSP',
  signer: patient.gateway,
});

export const authorOf = ({ id, mspId, signer }: TestOrganisation): Author => ({ id, mspId, signer });

export interface VersionPlan {
  /** Whose keys the content key is wrapped to; patient and author unless named. */
  readonly recipients?: readonly string[];
  /** Authorities to whose break-glass key it is wrapped besides. */
  readonly breakGlassTo?: readonly string[];
  readonly tagGroups?: TagGroups;
  readonly content?: string;
  /** What this version follows. */
  readonly previous?: MadeVersion;
  readonly record?: { readonly recordId: string; readonly seed: string };
  readonly provider?: string;
  readonly body?: Partial<StatementBody<'storeRecord'>>;
}

/** A version, sealed and signed by its author, and the key to wrap it anew. */
export interface MadeVersion {
  readonly author: Author;
  readonly patientId: string;
  readonly record: { readonly recordId: string; readonly seed: string };
  readonly version: number;
  readonly manifestHash: string;
  readonly contentKey: Uint8Array;
  readonly wraps: readonly Wrap[];
  readonly request: StoreRecordRequest;
}

/** What opens a version. */
export interface ContentKey {
  readonly contentKey: Uint8Array;
  readonly recordId: string;
  readonly version: number;
}

/** Where a provider keeps a version's ciphertext. */
export function blobPath({ dataDir }: RunningProvider, { request }: MadeVersion): string {
  const hash = toBase64url(sha256(fromBase64url(request.ciphertext)));
  return join(dataDir, 'blobs', hash.slice(0, 2), hash);
}
