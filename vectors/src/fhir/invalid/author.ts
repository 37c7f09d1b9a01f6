import { SYSTEM } from '@careledger/fhir';
import {
  HOSPITAL_NUMBER,
  LAB,
  OTHER_PATIENT,
  authority,
  byHospital,
  byLab,
  collectionOf,
  composition,
  documentOf,
  entry,
  observation,
  outside,
  provenance,
  subject,
  uuid,
} from '@careledger/fhir/testing';
import { one, two } from './case.js';
import type { Case } from './case.js';

export const AUTHOR_CASES: readonly Case[] = [
  [
    'result-that-another-authority-is-said-to-have-made',
    'AUTHOR_MISMATCH',
    'The hospital signs, the laboratory is named',
    one({ performer: [authority(LAB)] }),
    byHospital,
  ],
  [
    'result-by-an-organization-that-is-another-authority',
    'AUTHOR_MISMATCH',
    'Named by an entry',
    two(
      { performer: [{ reference: uuid('2') }] },
      { resourceType: 'Organization', identifier: [{ system: SYSTEM.authority, value: LAB }] },
    ),
    byHospital,
  ],
  [
    'result-by-a-part-of-another-authority',
    'AUTHOR_MISMATCH',
    'Named by what an entry is part of',
    two(
      { performer: [{ reference: uuid('2') }] },
      { resourceType: 'Organization', name: 'Unit', partOf: authority(LAB) },
    ),
    byHospital,
  ],
  [
    'result-by-a-practitioner-of-another-authority',
    'AUTHOR_MISMATCH',
    'Named by a role',
    two(
      { performer: [{ reference: uuid('2') }] },
      { resourceType: 'PractitionerRole', organization: authority(LAB) },
    ),
    byHospital,
  ],
  [
    'provenance-names-another-authority',
    'AUTHOR_MISMATCH',
    'An agent that did not sign',
    collectionOf(entry(observation(), '1'), entry(provenance({ agent: [{ who: authority(LAB) }] }))),
    byHospital,
  ],
  [
    'provenance-on-behalf-of-another-authority',
    'AUTHOR_MISMATCH',
    'The practitioner of an authority that did not sign',
    collectionOf(
      entry(observation(), '1'),
      entry(
        provenance({
          agent: [
            {
              who: outside('Practitioner', SYSTEM.practitioner, `prc_${'d'.repeat(32)}`),
              onBehalfOf: authority(LAB),
            },
          ],
        }),
      ),
    ),
    byHospital,
  ],
  [
    'composition-by-another-authority',
    'AUTHOR_MISMATCH',
    'The author of the document is not the author of the record',
    { ...documentOf(entry(composition())), identifier: HOSPITAL_NUMBER },
    byHospital,
  ],
  [
    'composition-by-the-patient',
    'AUTHOR_MISMATCH',
    'An authority lets the patient say something',
    documentOf(entry(composition({ author: [subject] }))),
  ],
  [
    'composition-attested-by-the-patient',
    'AUTHOR_MISMATCH',
    'An authority lets the patient vouch',
    documentOf(entry(composition({ attester: [{ mode: 'personal', party: subject }] }))),
  ],
  [
    'provenance-by-the-patient',
    'AUTHOR_MISMATCH',
    'An authority says that the patient wrote it',
    collectionOf(entry(observation(), '1'), entry(provenance({ agent: [{ who: subject }] }))),
  ],
  [
    'provenance-by-a-gateway-that-did-not-sign',
    'AUTHOR_MISMATCH',
    'An authority says that the patient’s gateway assembled it',
    collectionOf(
      entry(observation(), '1'),
      entry(provenance({ agent: [{ who: outside('Device', SYSTEM.gateway, 'gateway-home-1') }] })),
    ),
  ],
  [
    'document-of-another-author',
    'AUTHOR_MISMATCH',
    'The bundle is identified as the laboratory’s',
    { ...one({}), identifier: { system: SYSTEM.document, value: `${LAB}/report-1` } },
    byHospital,
  ],
  [
    'author-is-another-patient',
    'AUTHOR_MISMATCH',
    'A patient writes no records of another one',
    one({}),
    { ...byLab, author: OTHER_PATIENT },
  ],
  [
    'author-is-a-provider',
    'AUTHOR_MISMATCH',
    'A provider writes no records',
    one({}),
    { ...byLab, author: 'prv_cloud-a' },
  ],
];
