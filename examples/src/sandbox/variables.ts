import { writeFileSync } from 'node:fs';
import type { Careledger } from '@careledger/supervisor';
import type { Person } from '../demo/people.js';

/**
 * What the commands of docs/integrators.md go by, as a file that a POSIX shell sources: addresses, credentials and ids of
 * this run, and `member`, which reads one member of the JSON on standard input with nothing but Node.
 */
export function writeVariables(
  file: string,
  { authorities, gateway }: Careledger,
  patient: Person,
  trustRootsFile: string,
): void {
  const services = { gateway, ...authorities };
  const { device, passphrase, patientId } = patient;
  const variables = {
    ...Object.fromEntries(
      Object.entries(services).flatMap(([name, { tokens, url }]) => [
        [name.toUpperCase(), url],
        [`${name.toUpperCase()}_OPS_TOKEN`, tokens.ops],
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(authorities).flatMap(([name, { authorityId, tokens }]) => [
        [`${name.toUpperCase()}_ID`, authorityId],
        [`${name.toUpperCase()}_TOKEN`, tokens.practitioner],
      ]),
    ),
    PATIENT: patientId,
    PATIENT_TOKEN: patient.api.connection.token,
    PASSPHRASE: passphrase,
    DEVICE: device.registration.deviceId,
    TRUST_ROOTS: trustRootsFile,
  };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  const member = `member() { node -p "JSON.parse(fs.readFileSync(0, 'utf8')).$1"; }`;
  writeFileSync(file, `${[...lines, member].join('\n')}\n`, { mode: 0o600 });
}
