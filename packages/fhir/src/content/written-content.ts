import { FhirError, InvalidFhirError } from '../errors.js';
import { loadR4Checker } from '../r4/load.js';
import type { FhirResource } from '../validate.js';
import type { RecordAbout } from './about.js';
import { checkRecordContent } from './record-content.js';

/**
 * What somebody asks to have written as the content of a record: {@link checkRecordContent}, and FHIR R4 by R4's own
 * definitions. Those who open a record leave the definitions out: what is written is read, also by other releases.
 * @param value JSON that was parsed strictly
 * @throws FhirError with every issue that was found: INVALID_FHIR where it is FHIR's own rules alone that are broken
 */
export async function checkWrittenContent(value: unknown, about: RecordAbout): Promise<FhirResource> {
  const checker = await loadR4Checker();
  const issues = await checker.check(value);
  try {
    const content = checkRecordContent(value, about);
    if (issues.length === 0) return content;
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    // What the definitions have found says more than that its form is wrong.
    if (issues.length === 0 || error.code !== 'INVALID_FHIR')
      throw new InvalidFhirError([...error.issues, ...issues], error.code);
  }
  throw new InvalidFhirError(issues);
}
