import { hasValue, isObject } from '../json.js';
import { at } from '../validate.js';
import { SYSTEM } from '../systems.js';
import type { Report } from './issue.js';
import { narrativeFault } from './narrative.js';
import { isDateTime, isInOrder } from './primitives.js';
import type { Met } from './structure.js';
import { systemFault, type R4Terminology } from './terminology.js';
import type { StatedUnit } from './units.js';

/** What is known while the elements of a resource are checked. */
export interface ElementCheck {
  readonly terminology: R4Terminology;
  readonly report: Report;
  /** Takes the UCUM codes: they are checked together, in the end. */
  readonly stated: (unit: StatedUnit) => void;
}

/** What a data type has to keep besides its structure. */
type CheckOfType = (met: Met, check: ElementCheck) => void;

const period: CheckOfType = ({ value: { start, end }, path }, { report }) => {
  const order = isDateTime(start) && isDateTime(end) ? isInOrder(start, end) : true;
  if (order === true) return;
  const message =
    order === false
      ? 'ends before it starts'
      : 'nobody knows whether it ends after it starts: say both as precisely';
  report({ code: 'invariant', path, rule: 'per-1', message });
};

const coding: CheckOfType = ({ value: { system, code }, path }, { report, stated, terminology }) => {
  if (typeof system !== 'string') return;
  const fault = systemFault(system);
  if (fault !== undefined) return report({ code: 'value', path: at(path, 'system'), message: fault });
  if (system === SYSTEM.ucum && typeof code === 'string') stated({ code, path: at(path, 'code') });
  const codeFault = terminology.codingFault(system, code);
  if (codeFault !== undefined) report({ code: 'code-invalid', path: at(path, 'code'), message: codeFault });
};

const quantity: CheckOfType = ({ value: { system, code, comparator }, path, type }, { report, stated }) => {
  if (system === SYSTEM.ucum && typeof code === 'string') stated({ code, path: at(path, 'code') });
  const fault = typeof system === 'string' ? systemFault(system) : undefined;
  if (fault !== undefined) report({ code: 'value', path: at(path, 'system'), message: fault });
  if (type === 'SimpleQuantity' && comparator !== undefined)
    report({
      code: 'invariant',
      path: at(path, 'comparator'),
      rule: 'sqty-1',
      message: 'none has its place here',
    });
};

const identifier: CheckOfType = ({ value: { system }, path }, { report }) => {
  const fault = typeof system === 'string' ? systemFault(system) : undefined;
  if (fault !== undefined) report({ code: 'value', path: at(path, 'system'), message: fault });
};

const narrative: CheckOfType = ({ value: { div }, path }, { report }) => {
  const fault = typeof div === 'string' ? narrativeFault(div) : undefined;
  if (fault !== undefined)
    report({ code: 'invariant', path: at(path, 'div'), rule: 'txt-1', message: fault });
};

/** R4: `size` is the number of bytes of the content, before it was made text. */
const attachment: CheckOfType = ({ value: { data, size }, path }, { report }) => {
  if (typeof data !== 'string' || typeof size !== 'number') return;
  const bytes = Buffer.from(data, 'base64').length;
  if (bytes !== size)
    report({ code: 'value', path: at(path, 'size'), message: `the data has ${bytes} bytes` });
};

const extension: CheckOfType = ({ value, path }, { report }) => {
  if (hasValue(value) === (value['extension'] !== undefined))
    report({ code: 'invariant', path, rule: 'ext-1', message: 'either a value or extensions, and not both' });
};

const OF_TYPE: Readonly<Record<string, CheckOfType>> = {
  Period: period,
  Coding: coding,
  Identifier: identifier,
  Narrative: narrative,
  Attachment: attachment,
  Extension: extension,
};
const QUANTITIES: ReadonlySet<string> = new Set([
  'Quantity',
  'SimpleQuantity',
  'MoneyQuantity',
  'Age',
  'Count',
  'Distance',
  'Duration',
]);

/** Reports what an element has against what its type and its binding ask for. */
export function checkElement(met: Met, check: ElementCheck): void {
  OF_TYPE[met.type]?.(met, check);
  if (QUANTITIES.has(met.type)) quantity(met, check);
  checkBinding(met, check);
}

/** A required binding of a Coding or of one of the codings of a concept. */
function checkBinding({ type, value, path, element }: Met, { report, terminology }: ElementCheck): void {
  const valueSet = element?.valueSet;
  if (valueSet === undefined || (type !== 'Coding' && type !== 'CodeableConcept')) return;
  const list =
    type === 'Coding' ? [value] : Array.isArray(value['coding']) ? (value['coding'] as unknown[]) : [];
  const isBound = list.some(
    (one) => isObject(one) && terminology.isMember(one['system'], one['code'], valueSet),
  );
  if (!isBound) report({ code: 'code-invalid', path, message: `none of its codes is of ${valueSet}` });
}
