import { readFile } from 'node:fs/promises';
import {
  ensureIdentities,
  newState,
  planOf,
  prepareNetwork,
  readState,
  writePublic,
  writeState,
  type Progress,
} from '@careledger/network-admin';
import type { ChaincodeHostNode, NetworkPlan, ProfileName } from '@careledger/network-definition';
import { writeBrokerFiles } from './broker-files.js';
import { DEVICES_ORGANIZATION } from './devices.js';
import { ComposeError } from './errors.js';
import { writeFabricFiles } from './fabric-files.js';
import type { ComposeLayout } from './layout.js';
import { writeMonitoringFiles } from './monitoring-files.js';
import { GRAFANA, MONITORING_MSP, MONITORING_ORGANIZATION, PROMETHEUS } from './monitoring.js';
import { writeServiceFiles } from './service-files.js';
import { BROKER, PATIENTS_MSP, servicesOf } from './services.js';

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
  await ensureIdentities(tlsPlan(plan), layout, progress);
  await writeTlsRoots(plan, layout);
  await writeFabricFiles(plan, layout);
  await writeBrokerFiles(layout);
  const secrets = await writeServiceFiles(plan, layout, services);
  await writeMonitoringFiles(plan, layout, services, secrets);
  progress('prepare', `configuration of ${services.length} services written`);
  return plan;
}

/**
 * A plan that asks for the TLS certificates of what is no Fabric node: services, broker and monitoring, each from the
 * TLS authority of its organisation.
 */
function tlsPlan(plan: NetworkPlan): NetworkPlan {
  const hosts = [
    ...servicesOf(plan),
    { id: BROKER, mspId: PATIENTS_MSP },
    { id: PROMETHEUS, mspId: MONITORING_MSP },
    { id: GRAFANA, mspId: MONITORING_MSP },
  ];
  return {
    ...plan,
    organizations: [...plan.organizations, MONITORING_ORGANIZATION, DEVICES_ORGANIZATION],
    orderers: [],
    peers: [],
    chaincodeHosts: hosts.map(({ id, mspId }): ChaincodeHostNode => ({
      id,
      mspId,
      host: id,
      ports: {},
      serves: [],
    })),
  };
}

/** Whom containers trust beyond their own organisation: the TLS authorities of all, in one file. */
async function writeTlsRoots(plan: NetworkPlan, layout: ComposeLayout): Promise<void> {
  const roots = await Promise.all(
    [...plan.organizations, MONITORING_ORGANIZATION].map(({ mspId }) =>
      readFile(layout.tlsCa(mspId).cert, 'utf8'),
    ),
  );
  await writePublic(layout.tlsRoots, roots.join(''));
}
