import { peer } from '@hyperledger/fabric-protos';
import { NetworkAdminError } from '../errors.js';
import type { PeerConnection } from '../fabric/peer-connection.js';
import { sameCollections } from './collections.js';
import { fillDefinition, type ChaincodeDefinition } from './definition.js';
import type { ChaincodePackage } from './package.js';

const { lifecycle } = peer;
const LIFECYCLE = '_lifecycle';

/** Package IDs that a peer has. */
async function queryInstalled(connection: PeerConnection): Promise<string[]> {
  const bytes = await call(
    connection,
    '',
    'QueryInstalledChaincodes',
    new lifecycle.QueryInstalledChaincodesArgs(),
  );
  return lifecycle.QueryInstalledChaincodesResult.deserializeBinary(bytes)
    .getInstalledChaincodesList()
    .map((chaincode) => chaincode.getPackageId());
}

/** Gives a peer a package, unless it has it. */
export async function install(
  connection: PeerConnection,
  pkg: ChaincodePackage,
): Promise<'installed' | 'present'> {
  if ((await queryInstalled(connection)).includes(pkg.packageId)) return 'present';
  const args = new lifecycle.InstallChaincodeArgs();
  args.setChaincodeInstallPackage(pkg.bytes);
  const bytes = await call(connection, '', 'InstallChaincode', args);
  const packageId = lifecycle.InstallChaincodeResult.deserializeBinary(bytes).getPackageId();
  if (packageId !== pkg.packageId) {
    throw new NetworkAdminError(
      'CHAINCODE_DEFINITION_CONFLICT',
      `${connection.address.id} computed package ID ${packageId}, not ${pkg.packageId}: all organisations need the same package`,
    );
  }
  return 'installed';
}

/** The committed definition of a chaincode on a channel, if there is one. */
export async function queryCommitted(
  connection: PeerConnection,
  channel: string,
  name: string,
): Promise<ChaincodeDefinition | undefined> {
  const args = new lifecycle.QueryChaincodeDefinitionsArgs();
  const bytes = await call(connection, channel, 'QueryChaincodeDefinitions', args);
  const found = lifecycle.QueryChaincodeDefinitionsResult.deserializeBinary(bytes)
    .getChaincodeDefinitionsList()
    .find((definition) => definition.getName() === name);
  return (
    found && {
      name,
      version: found.getVersion(),
      sequence: found.getSequence(),
      collections: found.getCollections(),
    }
  );
}

/** Package ID that the connection's organisation approved for a definition; undefined when it approved none such. */
export async function queryApproved(
  connection: PeerConnection,
  channel: string,
  definition: ChaincodeDefinition,
): Promise<string | undefined> {
  const args = new lifecycle.QueryApprovedChaincodeDefinitionArgs();
  args.setName(definition.name);
  args.setSequence(definition.sequence);
  let bytes: Uint8Array;
  try {
    bytes = await call(connection, channel, 'QueryApprovedChaincodeDefinition', args);
  } catch (error) {
    // "Not found" has no status of its own.
    if (
      error instanceof NetworkAdminError &&
      error.code === 'PROPOSAL_REFUSED' &&
      /could not fetch approved chaincode definition/.test(error.message)
    ) {
      return undefined;
    }
    throw error;
  }
  const result = lifecycle.QueryApprovedChaincodeDefinitionResult.deserializeBinary(bytes);
  const isSame =
    result.getVersion() === definition.version &&
    sameCollections(result.getCollections(), definition.collections);
  return isSame ? result.getSource()?.getLocalPackage()?.getPackageId() : undefined;
}

/** Approves a definition for the connection's organisation, unless it has approved the same. */
export async function approve(
  connection: PeerConnection,
  channel: string,
  definition: ChaincodeDefinition,
  packageId: string,
): Promise<'approved' | 'present'> {
  if ((await queryApproved(connection, channel, definition)) === packageId) return 'present';
  const local = new lifecycle.ChaincodeSource.Local();
  local.setPackageId(packageId);
  const source = new lifecycle.ChaincodeSource();
  source.setLocalPackage(local);
  const args = fillDefinition(new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs(), definition);
  args.setSource(source);
  await connection.submit({
    channel,
    chaincode: LIFECYCLE,
    args: ['ApproveChaincodeDefinitionForMyOrg', args.serializeBinary()],
  });
  return 'approved';
}

/** Which organisations have approved a definition, by MSP ID. */
export async function checkReadiness(
  connection: PeerConnection,
  channel: string,
  definition: ChaincodeDefinition,
): Promise<Record<string, boolean>> {
  const args = fillDefinition(new lifecycle.CheckCommitReadinessArgs(), definition);
  const bytes = await call(connection, channel, 'CheckCommitReadiness', args);
  const approvals: Record<string, boolean> = {};
  lifecycle.CheckCommitReadinessResult.deserializeBinary(bytes)
    .getApprovalsMap()
    .forEach((approved, mspId) => {
      approvals[mspId] = approved;
    });
  return approvals;
}

/** Commits a definition with the endorsements of `connection` and `others`, whose organisations have approved it. */
export async function commit(
  connection: PeerConnection,
  others: readonly PeerConnection[],
  channel: string,
  definition: ChaincodeDefinition,
): Promise<void> {
  const args = fillDefinition(new lifecycle.CommitChaincodeDefinitionArgs(), definition);
  await connection.submit(
    { channel, chaincode: LIFECYCLE, args: ['CommitChaincodeDefinition', args.serializeBinary()] },
    others,
  );
}

async function call(
  connection: PeerConnection,
  channel: string,
  functionName: string,
  args: { serializeBinary(): Uint8Array },
): Promise<Uint8Array> {
  return connection.query({ channel, chaincode: LIFECYCLE, args: [functionName, args.serializeBinary()] });
}
