import { readFileSync } from 'node:fs';
import { changePassphraseCommand, runServiceCli, type ServiceCommand } from '@careledger/service-kit';
import { openAdministration } from './administration.js';
import { buildApp } from './app.js';
import { IdentityConfig } from './config.js';
import type { Profile } from './people/users.js';
import { STORE_FILE } from './store/open-store.js';

type Command = ServiceCommand<IdentityConfig>;
type Administration = ReturnType<typeof openAdministration>;

/** Something that is done to users, clients or keys. */
const command = (
  name: string,
  description: string,
  flags: Pick<Command, 'options' | 'optional'>,
  run: (administration: Administration, given: Parameters<Command['run']>[1]) => Promise<object> | object,
): Command => ({
  ...{ name, description, isByAdmin: false, ...flags },
  run: async (config, given) => {
    using administration = openAdministration(config);
    return { ...(await run(administration, given)) };
  },
});

const commands: Command[] = [
  command(
    'user add',
    'add somebody who signs in here',
    {
      options: {
        username: 'letters, digits, dots, hyphens or @',
        'password-file': 'file with the first password, 12 characters at least',
        name: 'as people know them',
        role: 'practitioner, ops or auditor',
        person: 'as the authority registers practitioners, e.g. a staff number',
      },
      optional: { profession: 'e.g. physician', unit: 'e.g. diabetes-ward' },
    },
    async ({ users }, { username = '', 'password-file': file = '', ...given }) => {
      const { name, role, person, profession, unit } = given;
      const profile = { name, role, person, ...(profession && { profession }), ...(unit && { unit }) };
      const password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
      const { subject } = await users.add(username, password, profile as Profile);
      return { username, subject };
    },
  ),
  command('user list', 'list who signs in here', {}, ({ users }) => ({ users: users.list() })),
  command(
    'user disable',
    'let somebody sign in no more; what they have ends within the lifetime of a token',
    { options: { username: 'whom' } },
    ({ users }, { username = '' }) => {
      users.disable(username);
      return { username, active: false };
    },
  ),
  command(
    'client add',
    'register an app or a service, or what it is from now on',
    { options: { file: 'JSON: clientId, name, scopes, and redirectUris or jwks or jwksUri' } },
    ({ clients }, { file = '' }) => ({ client: clients.put(JSON.parse(readFileSync(file, 'utf8'))) }),
  ),
  command('client list', 'list apps and services', {}, ({ clients }) => ({ clients: clients.list() })),
  command(
    'client remove',
    'give a client no tokens any more',
    { options: { 'client-id': 'which' } },
    ({ clients }, { 'client-id': clientId = '' }) => {
      clients.remove(clientId);
      return { clientId, removed: true };
    },
  ),
  command(
    'key rotate',
    'make a new signing key; it signs from the next start on, and the one before is published beside it',
    {},
    async ({ rotateKey }) => ({ kid: await rotateKey() }),
  ),
];

/** What `careledger-identity` does, by its arguments. */
export const main = (argv: readonly string[]): Promise<void> =>
  runServiceCli(
    {
      name: 'careledger-identity',
      description: 'OpenID provider of an organisation: SMART App Launch and Backend Services',
      schema: IdentityConfig,
      identityOf: ({ issuer }) => new URL(issuer).host,
      build: async (config, logger) => ({ app: await buildApp(config, logger) }),
      commands: [...commands, changePassphraseCommand(STORE_FILE)],
    },
    argv,
  );
