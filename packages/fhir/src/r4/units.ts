import { CODES } from '@careledger/clinical';
import type { Report } from './issue.js';

/** UCUM codes that this system itself writes. */
const OF_CODE_TABLE: ReadonlySet<string> = new Set(
  CODES.flatMap(({ unit, otherUnits = [] }) => [unit, ...otherUnits]),
);

/** A UCUM code that stands somewhere. */
export interface StatedUnit {
  readonly code: string;
  readonly path: string;
}

/**
 * Reports the codes that are no units of UCUM (https://ucum.org). The library that knows them all is loaded for those alone
 * that this system does not use itself: it takes 18 MB of memory.
 */
export async function checkUnits(stated: readonly StatedUnit[], report: Report): Promise<void> {
  const others = stated.filter(({ code }) => !OF_CODE_TABLE.has(code));
  if (others.length === 0) return;
  const { UcumLhcUtils } = (await import('@lhncbc/ucum-lhc')).default;
  const ucum = UcumLhcUtils.getInstance();
  const known = new Map<string, boolean>();
  for (const { code, path } of others) {
    let isUnit = known.get(code);
    if (isUnit === undefined) {
      const { status, ucumCode } = ucum.validateUnitString(code);
      // It also takes what people mean by a unit, and then says which it is.
      isUnit = status === 'valid' && ucumCode === code;
      known.set(code, isUnit);
    }
    if (!isUnit) report({ code: 'code-invalid', path, message: `${code} is not a unit of UCUM` });
  }
}
