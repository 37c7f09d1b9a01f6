import { fromUtf8, type X25519KeyPair } from '@careledger/crypto';
import { EnvelopeError, decryptFrom } from '@careledger/envelope';
import type { ResourceKind } from '@careledger/domain';
import { FhirError, kindsOf, readRecordContent, type FhirResource } from '@careledger/fhir';
import { Unread } from '../access/read-gate.js';
import { problem } from '../problems.js';
import { FORMER_NOTICE_CONTEXT } from '../store/former-formats.js';

/** What a notice of a former release says, for the gate, and of which kinds it is: it carried no tags. */
export interface FormerNotice {
  readonly unread: Unread<FhirResource>;
  readonly kinds: readonly ResourceKind[];
}

/** Opens the bundle that a direct notice of a former release carried. @throws ProblemError NOTICE_REFUSED */
export async function openFormerNotice(
  sealed: string,
  patientId: string,
  keys: readonly X25519KeyPair[],
): Promise<FormerNotice> {
  try {
    const opened = await decryptFrom(sealed, keys, { context: FORMER_NOTICE_CONTEXT });
    const about = { patientId, author: patientId, kind: 'emergency' as const };
    const bundle = readRecordContent(fromUtf8(opened), about);
    const kinds = kindsOf(bundle);
    return { unread: new Unread(bundle, kinds), kinds };
  } catch (cause) {
    if (cause instanceof EnvelopeError || cause instanceof FhirError)
      throw problem('NOTICE_REFUSED', `${cause.code}: ${cause.message}`, {
        cause,
        members: { reason: cause.code },
      });
    throw cause;
  }
}
