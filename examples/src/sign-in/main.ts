import { Command } from 'commander';
import { signIn, type Credentials } from './sign-in.js';

/** Signs somebody in without a browser, and prints the access token. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('careledger-sign-in')
    .description(
      'Signs in for an app that is about one patient (SMART standalone launch), and prints its token',
    )
    .requiredOption('--fhir-url <url>', 'base of the authority’s FHIR server')
    .requiredOption('--client-id <id>', 'the app, as the provider knows it')
    .requiredOption('--username <name>', 'who signs in')
    .requiredOption('--password <password>', 'of a demo or a sandbox: others see arguments of processes')
    .requiredOption('--patient <id>', 'whom the app is about, by pseudonym')
    .parse(argv, { from: 'user' });
  const { patient, ...credentials } = program.opts<Credentials & { patient: string }>();
  const { accessToken } = await signIn(credentials, patient);
  process.stdout.write(`${accessToken}\n`);
}
