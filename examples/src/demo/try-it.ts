import type { Careledger, RoleTokens } from '@careledger/supervisor';
import type { Person } from './people.js';

/** What somebody can do with a demo that was left running: URLs, this run's credentials, lines to paste. */
export function tryItYourself(
  { authorities, gateway, providers }: Careledger,
  people: readonly Person[],
): string {
  const [person] = people;
  const hospital = authorities['hospital'];
  const curl = (url: string, token: string, path: string) =>
    `  curl -s -H 'authorization: Bearer ${token}' '${url}${path}'`;
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
          `    token         ${person.api.token}`,
          `    passphrase    ${person.passphrase}`,
        ]),
    '',
    'Try:',
    curl(gateway.url, gateway.tokens.ops, '/v1/outbox'),
    `  curl -s '${gateway.url}/openapi.json'`,
    ...(person === undefined
      ? []
      : [
          '  # a device of your own: a pairing code, then the simulator',
          `  curl -s -X POST -H 'authorization: Bearer ${person.api.token}' '${gateway.url}/v1/patients/${person.patientId}/pairing-codes'`,
          `  node examples/bin/careledger-device.js --gateway ${gateway.url} --gateway-id ${gateway.gatewayId} --pairing-code CODE`,
        ]),
    ...(person === undefined || hospital === undefined
      ? []
      : [
          curl(gateway.url, person.api.token, `/v1/patients/${person.patientId}/chain`),
          curl(gateway.url, person.api.token, `/v1/patients/${person.patientId}/accesses`),
          curl(
            hospital.url,
            hospital.tokens.practitioner,
            `/v1/records?patientId=${person.patientId}&limit=3`,
          ),
          `  curl -sN -H 'authorization: Bearer ${hospital.tokens.practitioner}' '${hospital.url}/v1/notices?after=0'`,
        ]),
    '',
    'Ctrl-C stops all of it.',
  ].join('\n');
}

/** Who holds which token of a service: roles of people, then the organisations whose services call it. */
const holdersOf = ({ system, ...people }: RoleTokens): [string, string][] => [
  ...Object.entries<string>(people),
  ...Object.entries(system).map(([mspId, token]): [string, string] => [`system ${mspId}`, token]),
];
