import { loadNetworkDefinition, type NetworkDefinition } from '@careledger/network-definition';
import { CLOUD, CLOUD_A, CLOUD_B, HOSPITAL, PATIENTS, PROBE } from './peer-network.js';

type Chaincode = NetworkDefinition['chaincodes'][number];
type Collection = Omit<NonNullable<Chaincode['collections']>[number], 'channel'>;

/** How many blocks the data of `brief` lives. */
export const BRIEF_BLOCKS = 2;

/** The probe's private data collections on `cloud`, each for what scenarios ask of it. */
const COLLECTIONS: readonly Collection[] = [
  { name: 'open', members: [CLOUD_A, CLOUD_B] },
  { name: 'closed', members: [CLOUD_A, CLOUD_B], memberOnlyRead: true, memberOnlyWrite: true },
  {
    name: 'guest',
    members: [CLOUD_A, HOSPITAL],
    memberOnlyRead: true,
    endorsement: { outOf: 1, of: [CLOUD_A] },
  },
  { name: 'joint', members: [CLOUD_A, CLOUD_B], endorsement: { outOf: 2, of: [CLOUD_A, CLOUD_B] } },
  { name: 'alone', members: [CLOUD_A], endorsement: { outOf: 1, of: [CLOUD_A] } },
  { name: 'narrow', members: [CLOUD_A] },
  { name: 'pushed', members: [CLOUD_A, CLOUD_B], requiredPeerCount: 1 },
  { name: 'unreachable', members: [CLOUD_A, CLOUD_B], requiredPeerCount: 2, maxPeerCount: 2 },
  { name: 'pulled', members: [CLOUD_A, CLOUD_B], maxPeerCount: 0 },
  { name: 'brief', members: [CLOUD_A, CLOUD_B], blockToLive: BRIEF_BLOCKS },
];

const UPGRADES: Readonly<Record<string, Partial<Collection>>> = {
  open: { members: [PATIENTS, CLOUD_A, CLOUD_B] },
  closed: { memberOnlyRead: false },
};

/** What an upgrade makes of them: `open` gets a member, `closed` is opened, `added` is new. */
const UPGRADED_COLLECTIONS: readonly Collection[] = [
  ...COLLECTIONS.map((collection) => ({ ...collection, ...UPGRADES[collection.name] })),
  { name: 'added', members: [PATIENTS, CLOUD_B] },
];

/** The project's network with the probe's collections, as it is at first. */
export const peerDefinition = (): NetworkDefinition => definitionWith(COLLECTIONS);
/** The same after an upgrade of the chaincode's definition. */
export const upgradedDefinition = (): NetworkDefinition => definitionWith(UPGRADED_COLLECTIONS);

function definitionWith(onCloud: readonly Collection[]): NetworkDefinition {
  const definition = loadNetworkDefinition();
  const collections = onCloud.map((collection) => ({ ...collection, channel: CLOUD }));
  const withCollections = (chaincode: Chaincode): Chaincode =>
    chaincode.name === PROBE ? { ...chaincode, collections } : chaincode;
  return { ...definition, chaincodes: definition.chaincodes.map(withCollections) };
}
