import { FhirError, checkWrittenContent, type FhirResource } from '@careledger/fhir';
import { issueOf } from '../http/fhir-issues.js';
import { problem } from '../problems.js';

/**
 * What somebody wants to have written, held to what a clinical record may say.
 * @param bundle JSON, parsed strictly
 * @throws ProblemError FHIR_INVALID with each fault
 */
export async function checkedContent(
  bundle: unknown,
  { patientId, author }: { readonly patientId: string; readonly author: string },
): Promise<FhirResource> {
  try {
    return await checkWrittenContent(bundle, { patientId, author, kind: 'clinical' });
  } catch (cause) {
    if (!(cause instanceof FhirError)) throw cause;
    throw problem('FHIR_INVALID', cause.message, {
      cause,
      members: { reason: cause.code, issues: cause.issues.map(issueOf) },
    });
  }
}
