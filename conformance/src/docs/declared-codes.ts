import { sourcesIn, textOf } from './workspace.js';

/** Codes that a source file declares, and its package does not export as values: literal types leave nothing at run time. */
interface Declaration {
  readonly file: string;
  /** Of the type, or of the constant. */
  readonly name: string;
  readonly where: string;
}

export const DECLARATIONS: readonly Declaration[] = [
  { file: 'packages/private-chain/src/errors.ts', name: 'FrameErrorCode', where: 'Result of a frame' },
  { file: 'packages/clinical/src/model/reading.ts', name: 'ReadingErrorCode', where: 'Result of a frame' },
  { file: 'gateway-service/src/ingest/codes.ts', name: 'RefusalCode', where: 'Result of a frame' },
  {
    file: 'gateway-service/src/broker/violations.ts',
    name: 'ViolationCode',
    where: 'MQTT connection that is ended',
  },
  { file: 'packages/private-chain/src/errors.ts', name: 'ChainErrorCode', where: 'Chain verification' },
  { file: 'packages/private-chain/src/chain/report.ts', name: 'ChainFaultCode', where: 'Chain verification' },
  { file: 'packages/private-chain/src/errors.ts', name: 'ProofErrorCode', where: 'Proof verification' },
  { file: 'packages/envelope/src/portable/errors.ts', name: 'EnvelopeErrorCode', where: 'Sealed record' },
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
  { file: 'gateway-service/src/delivery/anchoring.ts', name: 'BEHIND_LEDGER', where: 'Chain of a gateway' },
  { file: 'api/src/store/former-formats.ts', name: 'FORMAT_RETIRED', where: 'Refusal of a write' },
  {
    file: 'packages/service-kit/src/issuers/token-refusal.ts',
    name: 'TokenRefusalReason',
    where: 'Token of an OpenID provider',
  },
  {
    file: 'api/src/practitioners/signed-in.ts',
    name: 'PersonUnknownReason',
    where: 'Somebody who signed in',
  },
  { file: 'gateway-service/src/records/errors.ts', name: 'RecordErrorCode', where: 'Making a record' },
  { file: 'packages/clinical/src/model/flags.ts', name: 'ReadingFlag', where: 'Flag of a reading' },
  {
    file: 'examples/src/recording/problem.ts',
    name: 'RecordingErrorCode',
    where: 'Recording of readings',
  },
];

/** Codes that services give where they find what is wrong; {@link literalsOfServices} finds those that are missing here. */
export const LITERALS: readonly { readonly codes: readonly string[]; readonly where: string }[] = [
  { codes: ['CLOCK_SKEW', 'TIME_UNKNOWN'], where: 'Flag of a reading' },
  { codes: ['RECIPIENT_MISSING'], where: 'Sealed record' },
  { codes: ['FORMAT_OUTDATED'], where: 'Making a record' },
  { codes: ['CATEGORY_MISSING'], where: 'Tags of a received record' },
  { codes: ['CONSENT_NOT_ASKED'], where: 'Consent that was sent to `/fhir`' },
  { codes: ['NOT_ANNOUNCED'], where: 'Emergency notice at an authority' },
  {
    codes: [
      'ACKNOWLEDGEMENT_INVALID',
      'NOTICE_RECEIPT_INVALID',
      'NOTICE_TOO_LARGE',
      'NOT_A_RECIPIENT',
      'RECORD_TAKEN_OVER',
    ],
    where: 'Emergency notice at a gateway',
  },
];

/** Literals that look like codes and are none. */
const NO_CODES: ReadonlySet<string> = new Set(['SIGNER_UNKNOWN']);
const SERVICES = ['gateway-service/src', 'api/src', 'cloud-service/src'];
const LITERAL = /'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g;

/** The codes of a declaration; those of types that it names are declared by themselves. */
export function codesOf({ file, name }: Pick<Declaration, 'file' | 'name'>): string[] {
  const source = textOf(file).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');
  const [, declared] = new RegExp(`(?:type|const) ${name} =([^;]*);`).exec(source) ?? [];
  const codes = [...(declared?.matchAll(/'([A-Z][A-Z0-9_]*)'/g) ?? [])].map(([, code]) => code as string);
  if (codes.length === 0) throw new Error(`${file} declares no codes as ${name}`);
  return codes;
}

/** What looks like a code in the sources of the services, tests left out. */
export function literalsOfServices(): ReadonlySet<string> {
  const sources = SERVICES.flatMap(sourcesIn).map(textOf);
  const literals = sources.flatMap((source) =>
    [...source.matchAll(LITERAL)].map(([, code]) => code as string),
  );
  return new Set(literals.filter((code) => !NO_CODES.has(code)));
}
