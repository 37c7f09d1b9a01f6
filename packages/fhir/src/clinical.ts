import { collection, concept, instantOf, outside, quantity, subjectOf, within } from './elements.js';
import type { Bundle, DocumentReference, Observation, Provenance, Reference, Resource } from './schema.js';
import { SYSTEM } from './systems.js';
import { uuidOf } from './uuid.js';

/** Who writes and vouches: an authority, with the pseudonym of its practitioner where it names one. */
export interface ClinicalAuthor {
  readonly authorityId: string;
  readonly practitionerId?: string | undefined;
}

export interface LabResult {
  readonly kind: 'lab-result';
  /** LOINC code and name; any, not only those that devices send. */
  readonly code: string;
  readonly display: string;
  readonly value: number;
  /** UCUM unit. */
  readonly unit: string;
  /** When the specimen was taken, milliseconds. */
  readonly effectiveMs: number;
  /** v3-ObservationInterpretation code, e.g. `H`, `LL`, `N`. */
  readonly interpretation?: string | undefined;
}

export interface ClinicianNote {
  readonly kind: 'note';
  readonly title: string;
  /** Plain text. */
  readonly text: string;
  readonly writtenMs: number;
}

export interface ClinicalContent {
  readonly patientId: string;
  readonly author: ClinicalAuthor;
  /** Chosen by the author and kept through revisions: names the document, e.g. 128 random bits. */
  readonly documentId: string;
  readonly recordedAtMs: number;
  readonly isRevision?: boolean | undefined;
  readonly items: readonly (LabResult | ClinicianNote)[];
}

/** LOINC document type of a clinician's note. */
const PROGRESS_NOTE = concept(SYSTEM.loinc, '11506-3', 'Progress note');

function authorsOf({ authorityId, practitionerId }: ClinicalAuthor): Reference[] {
  const authority = outside('Organization', SYSTEM.authority, authorityId);
  return practitionerId === undefined
    ? [authority]
    : [outside('Practitioner', SYSTEM.practitioner, practitionerId), authority];
}

function labObservation(item: LabResult, id: string, content: ClinicalContent): Observation {
  return {
    resourceType: 'Observation',
    id,
    status: content.isRevision === true ? 'amended' : 'final',
    category: [concept(SYSTEM.observationCategory, 'laboratory')],
    code: concept(SYSTEM.loinc, item.code, item.display),
    subject: subjectOf(content.patientId),
    effectiveDateTime: instantOf(item.effectiveMs),
    issued: instantOf(content.recordedAtMs),
    performer: authorsOf(content.author),
    valueQuantity: quantity(item.value, item.unit),
    ...(item.interpretation === undefined
      ? {}
      : { interpretation: [concept(SYSTEM.interpretation, item.interpretation)] }),
  };
}

function noteReference(item: ClinicianNote, id: string, content: ClinicalContent): DocumentReference {
  const written = instantOf(item.writtenMs);
  return {
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    docStatus: content.isRevision === true ? 'amended' : 'final',
    type: PROGRESS_NOTE,
    subject: subjectOf(content.patientId),
    date: instantOf(content.recordedAtMs),
    author: authorsOf(content.author),
    content: [
      {
        attachment: {
          contentType: 'text/plain; charset=utf-8',
          data: Buffer.from(item.text, 'utf8').toString('base64'),
          title: item.title,
          creation: written,
        },
      },
    ],
  };
}

/** The FHIR Bundle of what a clinician or a laboratory adds: Observations, DocumentReferences, and a Provenance. */
export function clinicalBundle(content: ClinicalContent): Bundle {
  if (content.items.length === 0) throw new RangeError('a clinical record has at least one item');
  const name = `${content.author.authorityId}/${content.documentId}`;
  const resources = content.items.map((item, index): Observation | DocumentReference => {
    const id = uuidOf(`${item.kind}|${name}|${index}`);
    return item.kind === 'note' ? noteReference(item, id, content) : labObservation(item, id, content);
  });
  const [author, onBehalfOf] = authorsOf(content.author);
  if (author === undefined) throw new RangeError('a clinical record has an author');
  const provenance: Provenance = {
    resourceType: 'Provenance',
    id: uuidOf(`Provenance|${name}`),
    target: resources.map(({ id }) => within(id)),
    recorded: instantOf(content.recordedAtMs),
    agent: [
      {
        type: concept(SYSTEM.provenanceParticipant, 'author', 'Author'),
        who: author,
        ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      },
    ],
  };
  const all: Resource[] = [...resources, provenance];
  return collection({ system: SYSTEM.document, value: name }, content.recordedAtMs, all);
}
