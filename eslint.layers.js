/**
 * The direction of dependencies: spec ← packages ← chaincode, services, signer, network ← supervisor, examples, conformance,
 * bench; and packages ← vectors. Each layer names what it may not import; TypeScript's project references hold the rest.
 */
const chaincode = [
  '@careledger/access-control-chaincode',
  '@careledger/records-chaincode',
  '@careledger/chaincode-*',
];
const services = [
  '@careledger/gateway-service',
  '@careledger/cloud-service',
  '@careledger/api',
  '@careledger/identity',
  '@careledger/signer',
];
const network = ['@careledger/network-*', '@careledger/devnet'];
const tools = [
  '@careledger/supervisor',
  '@careledger/examples',
  '@careledger/conformance',
  '@careledger/bench',
  '@careledger/vectors',
];
const fabricClient = ['@hyperledger/fabric-gateway', '@hyperledger/fabric-protos', '@grpc/grpc-js'];
const io = [
  'node:fs',
  'node:fs/*',
  'node:net',
  'node:http',
  'node:https',
  'node:sqlite',
  'node:child_process',
];

export const layers = [
  {
    what: 'Pure packages do no I/O and know no layer above',
    folders: [
      'domain',
      'private-chain',
      'statements',
      'envelope',
      'contracts',
      'policy',
      'protocol',
      'consent',
      'delivery',
      'clinical',
      'fhir',
      'disclosure',
    ].map((name) => `packages/${name}`),
    except: ['**/*.test.ts', '**/cli/**', '**/cli.ts', 'packages/fhir/definitions/**'],
    not: [...chaincode, ...services, ...network, ...tools, ...fabricClient, ...io],
  },
  {
    what: 'Packages know no layer above; only `ledger` is a client of Fabric',
    folders: ['packages/crypto', 'packages/engine', 'packages/service-kit'],
    not: [...chaincode, ...services, ...network, ...tools, ...fabricClient],
  },
  {
    what: 'ledger knows no layer above',
    folders: ['packages/ledger'],
    not: [...chaincode, ...services, ...network, ...tools],
  },
  {
    what: 'Vectors are made of packages alone, so that every layer above can be held to them',
    folders: ['vectors'],
    not: [...chaincode, ...services, ...network, ...tools, ...fabricClient],
  },
  {
    what: 'Chaincode imports pure packages alone, so that it is deterministic and bundles small',
    folders: ['chaincode'],
    not: [
      ...services,
      ...network,
      ...tools,
      ...fabricClient,
      '@careledger/ledger',
      '@careledger/service-kit',
      '@careledger/crypto/sodium',
    ],
  },
  {
    what: 'Services meet over MQTT, HTTP or the ledger',
    folders: ['gateway-service', 'cloud-service', 'api', 'identity'],
    except: ['**/*.test.ts'],
    not: [...chaincode, ...services, ...network, ...tools, ...fabricClient],
  },
  {
    what: 'The signer meets a gateway over HTTP: nothing of a service decides what a patient signs',
    folders: ['signer'],
    except: ['**/*.test.ts'],
    not: [
      ...chaincode,
      ...services,
      ...network,
      ...tools,
      ...fabricClient,
      '@careledger/ledger',
      '@careledger/service-kit',
    ],
  },
  {
    what: 'A client knows the services’ documents alone, and runs outside this project',
    folders: ['clients'],
    not: ['@careledger/*'],
  },
  {
    what: 'The network runs any chaincode and any client',
    folders: ['network'],
    not: [...services, ...tools],
  },
];

/** @param {{what: string, not: string[]}} layer */
export const restrictionsOf = (layer) => ({
  patterns: [{ group: [...new Set(layer.not.flatMap((name) => [name, `${name}/*`]))], message: layer.what }],
});
