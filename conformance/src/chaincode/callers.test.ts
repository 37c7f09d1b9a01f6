import { TestIssuer, TestOrganisation, newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import {
  accessControl,
  records,
  type CallerRule,
  type ContractDefinition,
  type TransactionDefinition,
} from '@careledger/contracts';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { LedgerError } from '@careledger/ledger';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ChaincodeNetwork, IDENTITIES, codeOf, type IdentityName } from './chaincode-network.js';

const NOW_S = Math.floor(Date.now() / 1000);
const hospital = new TestOrganisation('aut_hospital', 'HospitalMSP', 'devnet', NOW_S);
const cloudA = new TestOrganisation('prv_cloud-a', 'CloudAMSP', 'devnet', NOW_S);

let network: ChaincodeNetwork;
beforeAll(async () => {
  network = await ChaincodeNetwork.start();
  for (const channel of CHANNELS) {
    const statement = hospital.registration();
    await network.submit('hospital admin', channel, accessControl, 'RegisterAuthority', { statement });
  }
  const statement = cloudA.registration();
  await network.submit('cloud-a admin', 'cloud', accessControl, 'RegisterProvider', { statement });
}, 60_000);
afterAll(() => network[Symbol.asyncDispose]());

/** Who satisfies which rule, written out: the lab and provider B have registered nothing. */
const ADMITTED: Readonly<Record<CallerRule, readonly IdentityName[]>> = {
  member: Object.keys(IDENTITIES) as IdentityName[],
  'patients-operator': ['patients client', 'patients enroller'],
  enroller: ['patients enroller'],
  'own-admin': ['patients admin', 'hospital admin', 'lab admin', 'cloud-a admin', 'cloud-b admin'],
  authority: ['hospital client', 'hospital client that claims to enrol'],
  provider: ['cloud-a client'],
};
const isStranger = (identity: IdentityName, channel: ChannelName) =>
  channel === 'authorities' && identity.startsWith('cloud-');

/**
 * What becomes of a call with an argument that no schema takes: it is looked at only if the caller is admitted, so
 * that `ARGUMENT_INVALID` means admitted.
 */
async function outcomeOf(
  identity: IdentityName,
  channel: ChannelName,
  contract: ContractDefinition,
  name: string,
): Promise<string | undefined> {
  try {
    return await codeOf(network.evaluate(identity, channel, contract, name, { noSuchMember: true }));
  } catch (error) {
    if (error instanceof LedgerError) return error.code;
    throw error;
  }
}

function expectedOf(
  { channels, callers }: TransactionDefinition,
  channel: ChannelName,
  identity: IdentityName,
): string {
  // Refused before chaincode is asked, by the network's own policy.
  if (identity === 'hospital peer') return 'ENDORSEMENT_FAILED';
  if (isStranger(identity, channel)) return 'PERMISSION_DENIED';
  if (!channels.includes(channel)) return 'WRONG_CHANNEL';
  return callers.some((rule) => ADMITTED[rule].includes(identity)) ? 'ARGUMENT_INVALID' : 'CALLER_REFUSED';
}

const contracts: readonly ContractDefinition[] = [accessControl, records];
const functions = contracts.flatMap((contract) =>
  Object.entries(contract.transactions).map(([name, definition]) => ({ contract, name, definition })),
);

describe.each(CHANNELS)('on channel %s', (channel) => {
  test.each(functions)('$name of $contract.name admits its callers and nobody else', async (each) => {
    const { contract, name, definition } = each;
    const identities = Object.keys(IDENTITIES) as IdentityName[];
    const outcomes = await Promise.all(
      identities.map(async (identity) => [identity, await outcomeOf(identity, channel, contract, name)]),
    );
    const expected = identities.map((identity) => [identity, expectedOf(definition, channel, identity)]);
    expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected));
  });
});

describe('an admin acts for the own organisation only', () => {
  const signer = newSigner();
  const lab = new TestOrganisation('aut_lab', 'LabMSP', 'devnet', NOW_S);
  const provider = new TestOrganisation('prv_cloud-b', 'CloudBMSP', 'devnet', NOW_S);
  const attestor = new TestIssuer('LabMSP', 'devnet', NOW_S);
  const statements = {
    RegisterAuthority: lab.registration(),
    RegisterProvider: provider.registration(),
    RegisterAttestor: attestor.sign(
      'registerAttestor',
      { mspId: 'LabMSP', key: publicKeyOf(signer) },
      signer,
    ),
    RotateOrganisationKey: cloudA.sign(
      'rotateOrganisationKey',
      { use: 'signing', newKey: publicKeyOf(signer), newKeyProof: cloudA.proofOf(signer) },
      cloudA.signer,
    ),
  };
  test.each(Object.entries(statements))('%s of another one is refused', async (name, statement) => {
    const call = network.submit('hospital admin', 'cloud', accessControl, name, { statement });
    expect(await codeOf(call)).toBe('CALLER_REFUSED');
  });
});

test('a function that no definition names is unknown, whoever calls it', async () => {
  for (const name of ['aroundTransaction', 'constructor', 'toString', 'Nope']) {
    const call = network.evaluate('patients client', 'cloud', records, name, {});
    expect(await codeOf(call)).toBe('FUNCTION_UNKNOWN');
  }
});
