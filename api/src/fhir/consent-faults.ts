import type { ProblemIssue } from '@careledger/service-kit';
import type { Static } from 'typebox';
import { problem } from '../problems.js';

/** Why a Consent is refused that says what no patient can be asked. */
const REASON = 'CONSENT_NOT_ASKED';

/** What is wrong with a Consent, each fault by its element; all are told at once. */
export class ConsentFaults {
  readonly #issues: Static<typeof ProblemIssue>[] = [];

  /** @param path from the resource on: `provision.purpose[0]` */
  add(path: string, code: Code, diagnostics: string): void {
    this.#issues.push({
      code,
      expression: path === '' ? 'Consent' : `Consent.${path}`,
      rule: REASON,
      diagnostics,
    });
  }

  /** @throws ProblemError FHIR_INVALID where there are any */
  assertNone(): void {
    const [first] = this.#issues;
    if (first === undefined) return;
    throw problem('FHIR_INVALID', `${first.expression}: ${first.diagnostics}`, {
      members: { reason: REASON, issues: this.#issues },
    });
  }
}

/** https://hl7.org/fhir/R4/valueset-issue-type.html */
type Code =
  'business-rule' | 'code-invalid' | 'not-found' | 'not-supported' | 'required' | 'structure' | 'value';
