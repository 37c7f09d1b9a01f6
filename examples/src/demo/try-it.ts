import type { Careledger, RoleTokens } from '@careledger/supervisor';
import type { Clinician } from '../sign-in/clinician.js';
import type { Person } from './people.js';

/** Seconds after which the line that follows notices ends by itself. */
const NOTICES_SHOWN_S = 5;

export interface TryItOptions {
  /** Whom the lines are about. */
  readonly person: Person | undefined;
  /** The person lets the hospital read: it is shown something. */
  readonly isShared: boolean;
  /** Who may sign in at the hospital. */
  readonly clinician?: Clinician | undefined;
}

/** What somebody can do with a demo that was left running: URLs, this run's credentials, lines to paste. */
export function tryItYourself(careledger: Careledger, options: TryItOptions): string {
  const { person, clinician } = options;
  const { authorities, gateway, providers } = careledger;
  const services = [gateway, ...Object.values(authorities), ...Object.values(providers)];
  return [
    '',
    'Everything is left running. Credentials of this run:',
    ...services.flatMap(({ name, tokens, url }) => [
      `  ${name.padEnd(10)} ${url}`,
      ...holdersOf(tokens).map(([holder, token]) => `    ${holder.padEnd(19)} ${token}`),
    ]),
    ...(person === undefined
      ? []
      : [
          `  patient    ${person.patientId}`,
          `    token         ${person.api.connection.token}`,
          `    passphrase    ${person.passphrase}`,
        ]),
    ...(clinician === undefined
      ? []
      : [
          `  ${clinician.name}, who signs in for the app ${clinician.clientId} at ${careledger.identities['hospital']?.url ?? ''}`,
          `    user name     ${clinician.username}`,
          `    password      ${clinician.password}`,
        ]),
    '',
    'Try, in this order:',
    ...linesToTry(careledger, options).map((line) => `  ${line}`),
    '',
    'Ctrl-C stops all of it.',
  ].join('\n');
}

/**
 * Commands of a shell, and comments. Each shows something right away if they are run in their order: a record is there
 * once a flush has made it, an access once somebody has opened one.
 */
function linesToTry(
  { authorities, gateway }: Careledger,
  { person, isShared, clinician }: TryItOptions,
): readonly string[] {
  const hospital = authorities['hospital'];
  const curl = (url: string, token: string, path: string, options = '') =>
    `curl -s ${options}-H 'authorization: Bearer ${token}' '${url}${path}'`;
  const lines = [
    curl(gateway.url, gateway.tokens.ops, '/v1/outbox'),
    `curl -s '${gateway.url}/openapi.json'`,
  ];
  if (person === undefined) return lines;
  const { api, patientId } = person;
  const own = (path: string, options?: string) =>
    curl(gateway.url, api.connection.token, `/v1/patients/${patientId}${path}`, options);
  lines.push(
    own('/chain'),
    own('/readings?limit=3'),
    '# closes the open hour: its record is made, stored and announced',
    own('/flush', '-X POST '),
  );
  if (hospital !== undefined && isShared) {
    const practitioner = (path: string, options?: string) =>
      curl(hospital.url, hospital.tokens.practitioner, path, options);
    const records = practitioner(`/v1/records?patientId=${patientId}&limit=3`);
    const recordId = `$(${records} | ${memberOf('records[0].recordId')})`;
    lines.push(
      '# the hospital: what there is, one of its records opened, and what it was told',
      records,
      practitioner(`/v1/records/'"${recordId}"'?patientId=${patientId}`),
      practitioner('/v1/notices?after=0', `-N --max-time ${NOTICES_SHOWN_S} `),
    );
  }
  if (clinician !== undefined && isShared) lines.push(...signInLines(clinician, patientId));
  const pairingCode = `"$(${own('/pairing-codes', '-X POST ')} | ${memberOf('pairingCode')})"`;
  return [
    ...lines,
    '# the patient: who has asked for what',
    own('/accesses'),
    '# a device of your own: a pairing code for the simulator, which sends until Ctrl-C',
    `node examples/bin/careledger-device.js --gateway ${gateway.url} --gateway-id ${gateway.gatewayId} --pairing-code ${pairingCode}`,
  ];
}

/**
 * Somebody signs in, and searches the hospital's copy with the token of her app. Whoever is new there is registered first: the
 * line is repeated as the answer says.
 */
function signInLines({ clientId, fhirUrl, password, username }: Clinician, patientId: string): string[] {
  const token =
    `$(node examples/bin/careledger-sign-in.js --fhir-url ${fhirUrl} --client-id ${clientId} ` +
    `--username ${username} --password=${password} --patient ${patientId})`;
  return [
    `# a clinician signs in for an app (SMART; one in a browser begins at ${fhirUrl}), and searches the hospital’s copy`,
    `curl -s --retry 9 -H "authorization: Bearer ${token}" '${fhirUrl}/Observation?patient=${patientId}&_count=3&_total=accurate'`,
  ];
}

/** Reads one member of the JSON on standard input, with nothing but Node. */
const memberOf = (path: string): string => `node -p 'JSON.parse(fs.readFileSync(0)).${path}'`;

/** Who holds which token of a service: roles of people, then the organisations whose services call it. */
const holdersOf = ({ system, ...people }: RoleTokens): [string, string][] => [
  ...Object.entries<string>(people),
  ...Object.entries(system).map(([mspId, token]): [string, string] => [`system ${mspId}`, token]),
];
