import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { newState, planOf } from '@careledger/network-admin';
import { GATEWAY, servicesOf, type ProfileName } from '@careledger/network-definition';
import { BROKER, BROKER_REVOCATIONS } from './broker.js';
import { ONE_SHOTS, OTHER_HOSTS } from './containers.js';

const PROJECT = fileURLToPath(new URL('../../../../../', import.meta.url));

interface Mount {
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
  readonly volume?: { readonly subpath?: string };
}

interface Service {
  readonly image: string;
  readonly scale?: number;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly privileged?: boolean;
  readonly restart?: string;
  readonly mem_limit?: string;
  readonly pids_limit?: number;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly ports?: readonly { readonly host_ip?: string }[];
  readonly volumes?: readonly Mount[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

/** What compose makes of the files, for a user who copied .env.example and added `variables`. */
function compose(
  files: readonly string[],
  variables: Readonly<Record<string, string>>,
): Record<string, Service> {
  const text = execFileSync(
    'docker',
    [
      ...['compose', '--project-directory', PROJECT, '--env-file', `${PROJECT}/.env.example`],
      ...files.flatMap((file) => ['-f', `${PROJECT}/${file}`]),
      ...['--profile', 'monitoring', 'config', '--format', 'json'],
    ],
    { encoding: 'utf8', env: { ...process.env, ...PINNED, ...variables } },
  );
  const { services } = JSON.parse(text) as { services: Record<string, Service> };
  return Object.fromEntries(Object.entries(services).filter(([, { scale }]) => scale !== 0));
}

/** What `.env.example` says of base images is left out: docker-compose.yaml pins them. */
const PINNED = { NODE_IMAGE: '', MOSQUITTO_IMAGE: '' };

const hasCompose = ((): boolean => {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('SKIPPED: no "docker compose" here, so the compose files are not checked\n');
    return false;
  }
})();

interface Deployment {
  readonly profile: ProfileName;
  readonly files: readonly string[];
  readonly joined?: readonly string[];
  readonly left?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}
const FULL = { profile: 'full', files: ['docker-compose.yaml'] } as const;
const SMALL = { profile: 'small', files: ['docker-compose.yaml', 'docker/compose.small.yaml'] } as const;
const DEPLOYMENTS: readonly (readonly [string, Deployment])[] = [
  ['full', FULL],
  ['small', SMALL],
  ['full, left by an authority', { ...FULL, left: ['PharmacyMSP'], variables: { PHARMACY_SCALE: '0' } }],
  ['full, left by a provider', { ...FULL, left: ['CloudBMSP'], variables: { CLOUD_B_SCALE: '0' } }],
  ['small, joined by an authority', { ...SMALL, joined: ['LabMSP'], variables: { LAB_SCALE: '1' } }],
];

(hasCompose ? describe : describe.skip).each(DEPLOYMENTS)('the %s deployment', (_name, deployment) => {
  const { profile, files, joined = [], left = [], variables = {} } = deployment;
  const services = hasCompose ? compose(files, variables) : {};
  const entries = Object.entries(services);
  const plan = planOf({ ...newState(profile, 'compose'), joined: [...joined], left: [...left] });

  test('runs exactly the nodes that the network definition names, and the services', () => {
    const nodes = [
      ...plan.orderers,
      ...plan.peers,
      ...plan.chaincodeHosts,
      ...servicesOf(plan),
      ...plan.identities,
    ];
    const others = [...ONE_SHOTS, ...OTHER_HOSTS.map(({ id }) => id)];
    expect(Object.keys(services).toSorted()).toEqual([...nodes.map(({ id }) => id), ...others].toSorted());
  });

  test.each(entries)('%s cannot harm its host: user, file system, capabilities, limits', (name, service) => {
    expect(service.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.privileged ?? false).toBe(false);
    expect(Number(service.mem_limit)).toBeGreaterThan(0);
    expect(service.pids_limit).toBeGreaterThan(0);
    expect(service.image).toMatch(/:v?\d+\.\d+\.\d+$/);
    expect(service.restart).toBe(ONE_SHOTS.includes(name) ? 'no' : 'unless-stopped');
    for (const { type, source } of service.volumes ?? []) {
      if (type === 'bind') expect(source.startsWith(`${PROJECT}docker/`)).toBe(true);
    }
    for (const port of service.ports ?? []) expect(port.host_ip).toBe('127.0.0.1');
  });

  test.each(entries)('%s says whether it is healthy, and waits for what it needs', (name, service) => {
    const conditions = Object.values(service.depends_on ?? {}).map(({ condition }) => condition);
    expect(conditions).not.toContain('service_started');
    if (ONE_SHOTS.includes(name)) {
      const waiting = entries.filter(
        ([, other]) => other.depends_on?.[name]?.condition === 'service_completed_successfully',
      );
      expect(waiting.length).toBeGreaterThan(0);
    } else {
      expect(service.healthcheck?.test?.length).toBeGreaterThan(1);
      expect(conditions.length).toBeGreaterThan(0);
    }
  });

  test.each(entries)('%s is told no secret by its environment', (_name, { environment = {} }) => {
    for (const [variable, value] of Object.entries(environment)) {
      if (/PASS|SECRET|TOKEN|PRIVATE/.test(variable)) {
        expect(variable).toMatch(/_FILE$/);
        expect(value).toMatch(/^\/etc\/careledger\//);
      }
    }
  });

  test('each container sees the keys of nobody else', () => {
    const folders = new Map(
      [
        ...[
          ...plan.orderers,
          ...plan.peers,
          ...plan.chaincodeHosts,
          ...servicesOf(plan),
          ...plan.identities,
          ...OTHER_HOSTS,
        ],
      ].map(({ id, mspId }) => [id, `organizations/${mspId}`]),
    );
    for (const [name, { volumes = [] }] of entries) {
      if (ONE_SHOTS.includes(name)) continue;
      for (const { type, source, volume, read_only } of volumes) {
        if (type !== 'volume') continue;
        if (volume?.subpath === BROKER_REVOCATIONS) {
          expect([name, read_only ?? false]).toEqual(name === GATEWAY ? [GATEWAY, false] : [BROKER, true]);
        } else if (source === 'data') expect(volume?.subpath).toBe(name);
        else {
          const own = folders.get(name);
          const allowed = [`${own}/nodes/${name}`, `${own}/user`, `${own}/gateway`];
          expect(allowed).toContain(volume?.subpath);
          expect(read_only).toBe(true);
        }
      }
    }
  });
});
