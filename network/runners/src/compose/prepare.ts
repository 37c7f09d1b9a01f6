import { access } from 'node:fs/promises';
import {
  newState,
  planOf,
  prepareNetwork,
  readState,
  writeState,
  type Progress,
} from '@careledger/network-admin';
import { servicesOf, type NetworkPlan, type ProfileName } from '@careledger/network-definition';
import { writeIdentityFiles } from '../services/identity-files.js';
import { writeServiceFiles } from '../services/service-files.js';
import { ensureTlsCertificates, writeTlsRoots } from '../services/tls.js';
import { writeBrokerFiles } from './broker-files.js';
import { OTHER_HOSTS } from './containers.js';
import { DEVICES_ORGANIZATION } from './devices.js';
import { ComposeError } from './errors.js';
import { writeFabricFiles } from './fabric-files.js';
import type { ComposeLayout } from './layout.js';
import { writeMonitoringFiles } from './monitoring-files.js';
import { MONITORING_ORGANIZATION } from './monitoring.js';
import { COMPOSE_SETTING } from './service-setting.js';

/**
 * Makes everything that has to be on the volumes before the first node starts: identities, genesis blocks, certificates,
 * secrets drawn at random, and each container's configuration. What is there stays; configuration is written again, so
 * that a newer image brings newer configuration.
 */
export async function prepare(
  layout: ComposeLayout,
  profile: ProfileName,
  progress: Progress,
): Promise<NetworkPlan> {
  if (await exists(layout.restoreStaging)) {
    throw new ComposeError(
      'RESTORE_CUT_SHORT',
      'a restore of these volumes was cut short: remove them with "docker compose down -v", then restore again',
    );
  }
  const state = (await readState(layout.root)) ?? newState(profile, 'compose');
  if (state.profile !== profile) {
    throw new ComposeError(
      'PROFILE_DIFFERS',
      `the volumes hold a ${state.profile} network and these containers are a ${profile} one: start it with the ` +
        'compose files it was made with, or remove its volumes with "docker compose down -v"',
    );
  }
  await writeState(layout.root, state);
  const plan = planOf(state);
  await prepareNetwork(plan, layout, progress);
  const services = servicesOf(plan);
  await ensureTlsCertificates(plan, {
    layout,
    hosts: [...services, ...plan.identities, ...OTHER_HOSTS],
    others: [MONITORING_ORGANIZATION, DEVICES_ORGANIZATION],
    progress,
  });
  await writeTlsRoots(layout, [...plan.organizations, MONITORING_ORGANIZATION]);
  await writeFabricFiles(plan, layout);
  await writeBrokerFiles(layout);
  const secrets = await writeServiceFiles(plan, layout, services, () => COMPOSE_SETTING);
  const identitySecrets = await writeIdentityFiles(plan, layout, () => COMPOSE_SETTING);
  await writeMonitoringFiles(plan, layout, new Map([...secrets, ...identitySecrets]));
  progress(
    'prepare',
    `configuration of ${services.length} services and ${plan.identities.length} OpenID providers written`,
  );
  return plan;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
