import { byLab, type WrittenVector } from '@careledger/fhir/testing';
import type { FhirErrorCode } from '@careledger/fhir';
import type { Vector, VectorKind } from '@careledger/spec';
import { text } from '../fhir/invalid/case.js';
import { BROKEN } from './broken.js';
import { SOUND } from './sound.js';

/** The one whose entry is to have no name. */
const WITHOUT_URL = 'entry-without-a-full-url';

/** Everything in `spec/vectors/KIND/fhir-written`. */
export const fhirWrittenVectors = (kind: VectorKind): Vector<WrittenVector>[] =>
  kind === 'valid'
    ? SOUND.map(([name, description, bundle]) => ({
        name,
        description,
        about: byLab,
        content: textOf(bundle),
      }))
    : BROKEN.map(([name, description, at, bundle, { code = 'INVALID_FHIR', rule } = {}]) => ({
        name,
        description,
        about: byLab,
        content: name === WITHOUT_URL ? text(bundle) : textOf(bundle),
        code: code as FhirErrorCode,
        at,
        ...(rule !== undefined && { rule }),
      }));

/** The bundle, in which entries without a name get one: R4 wants a `fullUrl` of each. */
function textOf(bundle: object | string): string {
  let entries = 0;
  return (typeof bundle === 'string' ? bundle : text(bundle)).replaceAll(
    '{"resource":',
    () => `{"fullUrl":"urn:uuid:f0000000-0000-4000-8000-${String(++entries).padStart(12, '0')}","resource":`,
  );
}
