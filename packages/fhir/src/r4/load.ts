import type { R4Checker } from './checker.js';
import type { R4Table } from './table.js';

let loading: Promise<R4Checker> | undefined;

/** The checker, loaded when it is first needed: by those alone who take FHIR from others (README.md says what it takes). */
export function loadR4Checker(): Promise<R4Checker> {
  loading ??= load();
  return loading;
}

async function load(): Promise<R4Checker> {
  const [{ R4Checker }, { R4_DEFINITIONS }] = await Promise.all([
    import('./checker.js'),
    import('./definitions.js'),
  ]);
  return new R4Checker(JSON.parse(R4_DEFINITIONS) as R4Table);
}
