import { problems as apiProblems } from '@careledger/api';
import { problems as cloudProblems } from '@careledger/cloud-service';
import { CONTRACT_CODES } from '@careledger/contracts';
import { RECORD_FOREIGN, RECORD_OTHER_VERSION } from '@careledger/delivery';
import { DIFFERENCE_CODES, problems as gatewayProblems } from '@careledger/gateway-service';
import { commonProblems, type ProblemCatalogue, type ProblemType } from '@careledger/service-kit';
import { DECLARATIONS, LITERALS, codesOf } from './declared-codes.js';

/** One meaning of a code. */
export interface Meaning {
  /** Where a reader meets it, e.g. `Gateway, HTTP 404`. */
  readonly where: string;
  /** The catalogue's own words; undefined where the source has the code alone. */
  readonly words?: string;
}

/** Every code that users meet, with all its meanings. */
export type Catalogues = ReadonlyMap<string, readonly Meaning[]>;

/** Services by the name that the page has for them. */
const SERVICES: Readonly<Record<string, ProblemCatalogue>> = {
  gateway: gatewayProblems,
  api: apiProblems,
  cloud: cloudProblems,
};

/** What the catalogues of all three services, the chaincode and the packages say. */
export function readCatalogues(): Catalogues {
  const all = new Map<string, Meaning[]>();
  const add = (code: string, meaning: Meaning): void => {
    const meanings = all.get(code) ?? [];
    if (meanings.some(({ where, words }) => where === meaning.where && words === meaning.words)) return;
    all.set(code, [...meanings, meaning]);
  };
  for (const [code, words] of Object.entries(CONTRACT_CODES)) add(code, { where: 'Ledger', words });
  for (const [code, { status, title }] of Object.entries<ProblemType>(commonProblems))
    add(code, { where: `Every service, HTTP ${status}`, words: sentence(title) });
  for (const [code, words] of Object.entries(DIFFERENCE_CODES))
    add(code, { where: 'Difference that a reconciliation found', words: sentence(words) });
  for (const code of new Set(Object.values(SERVICES).flatMap((problems) => Object.keys(problems))))
    for (const meaning of problemMeanings(code)) add(code, meaning);
  for (const declaration of DECLARATIONS)
    for (const code of codesOf(declaration)) add(code, { where: declaration.where });
  for (const { codes, where } of LITERALS) for (const code of codes) add(code, { where });
  for (const code of [RECORD_FOREIGN, RECORD_OTHER_VERSION]) add(code, { where: 'Delivery of a record' });
  return all;
}

/** One meaning for all services that say the same with the same status. */
function problemMeanings(code: string): Meaning[] {
  const byMeaning = new Map<string, { readonly names: string[]; readonly problem: ProblemType }>();
  for (const [name, problems] of Object.entries(SERVICES)) {
    const problem = problems[code];
    if (problem === undefined) continue;
    const key = `${problem.status} ${problem.title}`;
    const same = byMeaning.get(key);
    if (same) same.names.push(name);
    else byMeaning.set(key, { names: [name], problem });
  }
  return [...byMeaning.values()].map(({ names, problem: { status, title } }) => ({
    where: `${capital(names.join(', '))}, HTTP ${status}`,
    words: sentence(title),
  }));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
