import { fromUtf8, type SignatureVerifier } from '@careledger/crypto';
import { openRecord } from '@careledger/envelope';
import type { GatewayCore } from '../core.js';
import type { Patient } from '../patients/index.js';
import type { RecordVersion, VersionStore } from './version-store.js';

/** Opens this gateway's own copy of a record with the patient's key, checked like anybody else's. @throws EnvelopeError */
export async function openOwnRecord(
  {
    core,
    versions,
    verifier,
  }: {
    readonly core: Pick<GatewayCore, 'patients'>;
    readonly versions: Pick<VersionStore, 'ciphertext'>;
    readonly verifier: SignatureVerifier;
  },
  { patientId, chain }: Patient,
  version: RecordVersion,
): Promise<unknown> {
  const own = [chain.signer.publicKey];
  const { recordId, manifest, wrapSet, manifestHash } = version;
  const { content } = await openRecord({
    manifest,
    wrapSet,
    ciphertext: versions.ciphertext(version.versionNo),
    recipientKey: core.patients.keys(patientId).encryption(),
    expected: { recordId, patientId, version: version.version, author: patientId, manifestHash },
    authorKeys: own,
    wrapSignerKeys: own,
    verifier,
  });
  return JSON.parse(fromUtf8(content));
}
