import type { Issuer } from '../issuer.js';
import type { Write } from './write-store.js';

type Described = Pick<Write, 'patientId' | 'recordId' | 'version' | 'description' | 'manifestHash'>;

/** The `storeRecord` statement of a version for one provider. */
export function storeStatement(issuer: Issuer, write: Described, providerId: string): string {
  const { patientId, recordId, version, manifestHash, description } = write;
  const { kind, period, prevVersionHash, ciphertextSha256, sizeBytes } = description;
  return issuer.make('storeRecord', ['cloud'], {
    patientId,
    recordId,
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
  const { kind, period } = description;
  return issuer.make('announceRecord', ['authorities'], {
    patientId,
    recordId,
    version,
    kind,
    period,
    providerId,
    manifestHash,
    storeTxId: txId,
    ...writingAs(write),
  });
}

function writingAs({ description: { scopeTags, purpose, granteeTags } }: Described) {
  return {
    scopeTags: [...scopeTags],
    purpose,
    ...(granteeTags.length > 0 && { granteeTags: [...granteeTags] }),
  };
}
