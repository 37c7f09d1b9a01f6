import {
  newState,
  planOf,
  prepareNetwork,
  readState,
  writeState,
  type Progress,
} from '@careledger/network-admin';
import type { NetworkPlan, ProfileName } from '@careledger/network-definition';
import { writeServiceFiles } from '../services/service-files.js';
import { PATIENTS_MSP, servicesOf } from '../services/service-node.js';
import { ensureTlsCertificates, writeTlsRoots } from '../services/tls.js';
import { BROKER } from './broker.js';
import { writeBrokerFiles } from './broker-files.js';
import { DEVICES_ORGANIZATION } from './devices.js';
import { ComposeError } from './errors.js';
import { writeFabricFiles } from './fabric-files.js';
import type { ComposeLayout } from './layout.js';
import { writeMonitoringFiles } from './monitoring-files.js';
import { GRAFANA, MONITORING_MSP, MONITORING_ORGANIZATION, PROMETHEUS } from './monitoring.js';
import { COMPOSE_SETTING } from './service-setting.js';

/**
 * Makes everything that has to be on the volumes before the first node starts: identities, genesis blocks, certificates,
 * secrets drawn at random, and each container's configuration. What is there stays; configuration is written anew, so
 * that a newer image brings newer configuration.
 */
export async function prepare(
  layout: ComposeLayout,
  profile: ProfileName,
  progress: Progress,
): Promise<NetworkPlan> {
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
  const hosts = [
    ...services,
    { id: BROKER, mspId: PATIENTS_MSP, host: BROKER },
    { id: PROMETHEUS, mspId: MONITORING_MSP, host: PROMETHEUS },
    { id: GRAFANA, mspId: MONITORING_MSP, host: GRAFANA },
  ];
  await ensureTlsCertificates(plan, layout, hosts, progress, [MONITORING_ORGANIZATION, DEVICES_ORGANIZATION]);
  await writeTlsRoots(layout, [...plan.organizations, MONITORING_ORGANIZATION]);
  await writeFabricFiles(plan, layout);
  await writeBrokerFiles(layout);
  const secrets = await writeServiceFiles(plan, layout, services, COMPOSE_SETTING);
  await writeMonitoringFiles(plan, layout, services, secrets);
  progress('prepare', `configuration of ${services.length} services written`);
  return plan;
}
