import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PROCESS_MEMORY, SERVICE_LAUNCHERS, type ServiceProgram } from '@careledger/network-definition';
import { parse } from 'yaml';

const FILE = fileURLToPath(new URL('../../../../../docker-compose.yaml', import.meta.url));

interface Container {
  readonly command?: readonly string[] | string;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly mem_limit?: string;
}
const { services } = parse(readFileSync(FILE, 'utf8'), { merge: true, maxAliasCount: -1 }) as {
  services: Readonly<Record<string, Container>>;
};

const limited = Object.entries(PROCESS_MEMORY).flatMap(([program, memory]) => {
  const launcher = SERVICE_LAUNCHERS[program as ServiceProgram];
  return Object.entries(services)
    .filter(([, { command }]) => command?.includes(launcher))
    .map(([name, container]) => ({ name, container, launcher, memory }));
});

test('every authority’s api has its memory limited', () => {
  expect(limited.map(({ name }) => name)).toEqual(['api-hospital', 'api-lab', 'api-insurer', 'api-pharmacy']);
});

test.each(limited)(
  '$name is started in its container as it is anywhere else, to keep to its memory',
  ({ container: { command = [], environment, mem_limit }, launcher, memory }) => {
    expect(command.slice(0, command.indexOf(launcher))).toEqual(['node', ...memory.nodeFlags]);
    expect(environment).toMatchObject(memory.env);
    // The container ends what the flags let grow too far; until then there is room for more than the budget of 256 MB.
    expect(mem_limit).toBe('384m');
  },
);
