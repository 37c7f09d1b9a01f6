import type { Issuer } from '../issuer.js';
import type { Write } from './write-store.js';

type Described = Pick<Write, 'patientId' | 'recordId' | 'version' | 'description' | 'manifestHash'>;

/** The `storeRecord` statement of a version for one provider. */
export function storeStatement(issuer: Issuer, write: Described, providerId: string): string {
  const { patientId, recordId, version, manifestHash, description } = write;
  const { seed, kind, period, prevVersionHash, ciphertextSha256, sizeBytes } = description;
  return issuer.make('storeRecord', ['cloud'], {
    patientId,
    recordId,
    seed,
    version,
    prevVersionHash,
    kind,
    period,
    providerId,
    manifestHash,
    ciphertextSha256,
    sizeBytes,
    ...writingAs(write),
  });
}

/** The `announceRecord` statement of a version that is stored. */
export function announceStatement(
  issuer: Issuer,
  write: Described,
  { providerId, txId }: { readonly providerId: string; readonly txId: string },
): string {
  const { patientId, recordId, version, manifestHash, description } = write;
  const { seed, kind, period, prevVersionHash } = description;
  return issuer.make('announceRecord', ['authorities'], {
    patientId,
    recordId,
    seed,
    version,
    prevVersionHash,
    kind,
    period,
    providerId,
    manifestHash,
    storeTxId: txId,
    ...writingAs(write),
  });
}

function writingAs({ description: { tagGroups, purpose, granteeTags } }: Described) {
  return {
    tagGroups: tagGroups.map((group) => [...group]),
    purpose,
    ...(granteeTags.length > 0 && { granteeTags: [...granteeTags] }),
  };
}
