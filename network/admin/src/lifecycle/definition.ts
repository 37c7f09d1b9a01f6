import { peer } from '@hyperledger/fabric-protos';
import { ENDORSEMENT_POLICY_REFERENCE } from '../channel/application-group.js';

/** What organisations agree on when they approve a chaincode. */
export interface ChaincodeDefinition {
  readonly name: string;
  readonly version: string;
  readonly sequence: number;
  /** Its private data collections, if it has any. */
  readonly collections: peer.CollectionConfigPackage | undefined;
}

const ENDORSEMENT_PLUGIN = 'escc';
const VALIDATION_PLUGIN = 'vscc';

interface DefinitionArgs {
  setName(value: string): void;
  setVersion(value: string): void;
  setSequence(value: number): void;
  setEndorsementPlugin(value: string): void;
  setValidationPlugin(value: string): void;
  setValidationParameter(value: Uint8Array): void;
  setCollections(value?: peer.CollectionConfigPackage): void;
}

/** Fills the fields that approving, checking and committing share. */
export function fillDefinition<T extends DefinitionArgs>(args: T, definition: ChaincodeDefinition): T {
  const policy = new peer.ApplicationPolicy();
  policy.setChannelConfigPolicyReference(ENDORSEMENT_POLICY_REFERENCE);
  args.setName(definition.name);
  args.setVersion(definition.version);
  args.setSequence(definition.sequence);
  args.setEndorsementPlugin(ENDORSEMENT_PLUGIN);
  args.setValidationPlugin(VALIDATION_PLUGIN);
  args.setValidationParameter(policy.serializeBinary());
  args.setCollections(definition.collections);
  return args;
}
