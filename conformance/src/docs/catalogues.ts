import { problems as apiProblems } from '@careledger/api';
import { problems as cloudProblems } from '@careledger/cloud-service';
import { CONTRACT_CODES } from '@careledger/contracts';
import { RECORD_FOREIGN, RECORD_OTHER_VERSION } from '@careledger/delivery';
import { problems as gatewayProblems } from '@careledger/gateway-service';
import { commonProblems, type ProblemCatalogue, type ProblemType } from '@careledger/service-kit';
import { textOf } from './workspace.js';

/** One meaning of a code. */
export interface Meaning {
  /** Where a reader meets it, e.g. `Gateway, HTTP 404`. */
  readonly where: string;
  /** The catalogue's own words; undefined where the source has the code alone. */
  readonly words?: string;
}

/** Every code that users meet, with all its meanings. */
export type Catalogues = ReadonlyMap<string, readonly Meaning[]>;

/** Codes that a source file declares, and its package does not export as values: literal types leave nothing at run time. */
interface Declaration {
  readonly file: string;
  /** Of the type, or of the constant. */
  readonly name: string;
  readonly where: string;
}

const DECLARATIONS: readonly Declaration[] = [
  { file: 'packages/private-chain/src/errors.ts', name: 'FrameErrorCode', where: 'Result of a frame' },
  { file: 'packages/clinical/src/reading.ts', name: 'ReadingErrorCode', where: 'Result of a frame' },
  { file: 'gateway-service/src/ingest/codes.ts', name: 'RefusalCode', where: 'Result of a frame' },
  {
    file: 'gateway-service/src/broker/violations.ts',
    name: 'ViolationCode',
    where: 'MQTT connection that is ended',
  },
  { file: 'packages/private-chain/src/errors.ts', name: 'ChainErrorCode', where: 'Chain verification' },
  { file: 'packages/private-chain/src/chain/report.ts', name: 'ChainFaultCode', where: 'Chain verification' },
  { file: 'packages/private-chain/src/errors.ts', name: 'ProofErrorCode', where: 'Proof verification' },
  { file: 'packages/envelope/src/errors.ts', name: 'EnvelopeErrorCode', where: 'Sealed record' },
  { file: 'packages/fhir/src/errors.ts', name: 'FhirErrorCode', where: 'Content of a record' },
  { file: 'packages/fhir/src/errors.ts', name: 'ContentErrorCode', where: 'Content of a record' },
  { file: 'packages/ledger/src/error.ts', name: 'LedgerErrorCode', where: 'Connection to the ledger' },
  {
    file: 'packages/service-kit/src/http/client-error.ts',
    name: 'HttpClientErrorCode',
    where: 'Call to another service',
  },
  { file: 'packages/crypto/src/portable/errors.ts', name: 'CryptoErrorCode', where: 'Keys and encodings' },
  { file: 'packages/service-kit/src/config/config.ts', name: 'ConfigErrorCode', where: 'Start of a service' },
  { file: 'packages/service-kit/src/sqlite/error.ts', name: 'DatabaseErrorCode', where: 'Store' },
  { file: 'gateway-service/src/store/errors.ts', name: 'StoreErrorCode', where: 'Store' },
  { file: 'gateway-service/src/outbox/anchoring.ts', name: 'BEHIND_LEDGER', where: 'Chain of a gateway' },
  { file: 'api/src/store/former-formats.ts', name: 'FORMAT_RETIRED', where: 'Refusal of a write' },
  { file: 'gateway-service/src/records/errors.ts', name: 'RecordErrorCode', where: 'Making a record' },
];

/** The codes of a declaration; those of types that it names are declared by themselves. */
export function codesOf({ file, name }: Pick<Declaration, 'file' | 'name'>): string[] {
  const source = textOf(file).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
  const [, declared] = new RegExp(`(?:type|const) ${name} =([^;]*);`).exec(source) ?? [];
  const codes = [...(declared?.matchAll(/'([A-Z][A-Z0-9_]*)'/g) ?? [])].map(([, code]) => code as string);
  if (codes.length === 0) throw new Error(`${file} declares no codes as ${name}`);
  return codes;
}

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
  for (const code of new Set(Object.values(SERVICES).flatMap((problems) => Object.keys(problems))))
    for (const meaning of problemMeanings(code)) add(code, meaning);
  for (const declaration of DECLARATIONS)
    for (const code of codesOf(declaration)) add(code, { where: declaration.where });
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
