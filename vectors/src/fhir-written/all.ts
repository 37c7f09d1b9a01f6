import { byLab, type WrittenVector } from '@careledger/fhir/testing';
import type { FhirErrorCode } from '@careledger/fhir';
import type { Vector, VectorKind } from '@careledger/spec';
import { text } from '../fhir/invalid/case.js';
import { BROKEN } from './broken.js';
import { SOUND } from './sound.js';

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
        content: textOf(bundle),
        code: code as FhirErrorCode,
        at,
        ...(rule !== undefined && { rule }),
      }));

const textOf = (bundle: object | string): string => (typeof bundle === 'string' ? bundle : text(bundle));
