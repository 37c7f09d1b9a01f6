import { closedObject } from '@careledger/domain';
import { Type } from 'typebox';
import { NUMBER_TYPES } from './number-store.js';

const NUMBERS_MAX = 16;
const SYSTEM_MAX_CHARS = 256;
const VALUE_MAX_CHARS = 64;
/** Printable ASCII without `$`, `,`, `\` and `|`: those mean something in a FHIR search, and no number is spelled two ways. */
const CHARACTER = '[!-#%-+\\u002d-\\u005b\\u005d-{}~]';

/** A number by which this organisation knows a patient. */
const PatientNumberBody = closedObject(
  {
    type: Type.Optional(
      Type.Enum([...NUMBER_TYPES], {
        description:
          'What it is: of a medical record (MR), of the patient within the organisation (PI) or outside of it (PT), of an account (AN), national (NI)',
      }),
    ),
    system: Type.String({
      maxLength: SYSTEM_MAX_CHARS,
      pattern: `^[A-Za-z][A-Za-z0-9+.-]*:${CHARACTER}+$`,
      description: 'URI of whoever gives such numbers, without `$`, `,`, `\\` and `|`',
    }),
    value: Type.String({
      maxLength: VALUE_MAX_CHARS,
      pattern: `^${CHARACTER}+( ${CHARACTER}+)*$`,
      description: 'Printable ASCII without `$`, `,`, `\\` and `|`, in words with one space between them',
    }),
  },
  { title: 'PatientNumber' },
);

/** All of a patient. */
export const PatientNumbersBody = closedObject(
  { numbers: Type.Array(PatientNumberBody, { maxItems: NUMBERS_MAX }) },
  { title: 'PatientNumbers' },
);
