import { isObject } from '../json.js';
import { checkContained } from './containment.js';
import { checkDistinct } from './distinct.js';
import { checkElement } from './elements.js';
import type { FhirIssue, Report } from './issue.js';
import { checkProfiles } from './profiles.js';
import { checkTarget, typesByUrl } from './references.js';
import { R4Rules } from './rules.js';
import { R4Structure, type Met, type MetCode } from './structure.js';
import type { R4Table } from './table.js';
import { R4Terminology } from './terminology.js';
import { Turns } from './turns.js';
import { checkUnits, type StatedUnit } from './units.js';

/** More than these are not looked for: whoever mends those sees the rest. */
const ISSUES_MAX = 100;

/** Checks resources against FHIR R4, by R4's own definitions. Load it by `loadR4Checker`. */
export class R4Checker {
  readonly #structure: R4Structure;
  readonly #terminology: R4Terminology;
  readonly #rules: R4Rules;

  constructor(table: R4Table) {
    this.#structure = new R4Structure(table);
    this.#terminology = new R4Terminology(table);
    this.#rules = new R4Rules(table.rules);
  }

  /**
   * What is wrong with a resource, in the order of its elements; nothing where it is FHIR R4.
   * @param value parsed JSON
   */
  async check(value: unknown): Promise<readonly FhirIssue[]> {
    if (!isObject(value))
      return [{ code: 'structure', path: '', message: 'a resource is an object in JSON' }];
    const issues: FhirIssue[] = [];
    const report: Report = (issue) => void (issues.length < ISSUES_MAX && issues.push(issue));
    const stated: StatedUnit[] = [];
    const byUrl = typesByUrl(value);
    const turns = new Turns();
    for (const met of this.#structure.walk(value, '', {
      report,
      metCode: (code) => this.#checkCode(code, report),
    })) {
      if (turns.isOver) await turns.next();
      checkElement(met, { terminology: this.#terminology, report, stated: (unit) => void stated.push(unit) });
      if (met.type === 'Reference') checkTarget(met, byUrl, report);
      if (met.value === met.resource) checkResource(met, report);
    }
    await checkUnits(stated, report);
    // Constraints are said of what has the form of its type.
    if (issues.length > 0) return issues;
    for (const met of this.#structure.walk(value, '', { report, metCode: () => undefined })) {
      if (turns.isOver) await turns.next();
      this.#checkRules(met, report);
    }
    return issues;
  }

  #checkCode({ code, path, valueSet }: MetCode, report: Report): void {
    const message = this.#terminology.codeFault(code, valueSet);
    if (message !== undefined) report({ code: 'code-invalid', path, message });
  }

  #checkRules({ type, value, path, resource, element }: Met, report: Report): void {
    const keys = [...this.#structure.rulesOf(type), ...(element?.rules ?? [])];
    this.#rules.check(keys, { type, value, path }, resource, report);
  }
}

/** What holds of a whole resource. */
function checkResource({ resource, path }: Met, report: Report): void {
  checkContained(resource, path, report);
  checkDistinct(resource, path, report);
  checkProfiles(resource, path, report);
}
