import { newSigner, publicKeyOf } from '@careledger/chaincode-runtime/testing';
import { records, type CallerRule, type TransactionDefinition } from '@careledger/contracts';
import { CHANNELS, type ChannelName } from '@careledger/domain';
import { LedgerError } from '@careledger/ledger';
import { describe, expect, test } from '@jest/globals';
import { codeOf, type ChaincodeNetwork } from '../fixtures/chaincode/chaincode-network.js';
import { FUNCTIONS, type ChaincodeFunction } from '../fixtures/chaincode/functions.js';
import { EVERYBODY, type IdentityName } from '../fixtures/chaincode/identities.js';

/** Who satisfies which rule, written out: the patients’ organisation and the lab have registered nothing. */
const ADMITTED: Readonly<Record<CallerRule, readonly IdentityName[]>> = {
  member: EVERYBODY,
  'patients-operator': ['patients client', 'patients enroller'],
  enroller: ['patients enroller'],
  'own-admin': ['patients admin', 'hospital admin', 'lab admin', 'cloud-a admin', 'cloud-b admin'],
  authority: ['hospital client', 'hospital client that claims to enrol'],
  provider: ['cloud-a client', 'cloud-b client'],
};
const isStranger = (identity: IdentityName, channel: ChannelName) =>
  channel === 'authorities' && identity.startsWith('cloud-');

/**
 * What becomes of a call with an argument that no schema takes: it is looked at only if the caller is admitted, so
 * that `ARGUMENT_INVALID` means admitted.
 */
async function outcomeOf(
  network: ChaincodeNetwork,
  identity: IdentityName,
  channel: ChannelName,
  named: ChaincodeFunction,
): Promise<string | undefined> {
  try {
    return await codeOf(network.evaluate(identity, channel, named, { noSuchMember: true }));
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

/** Every function, called by every kind of identity. */
export function describeCallers(use: () => ChaincodeNetwork): void {
  describe.each(CHANNELS)('on channel %s', (channel) => {
    test.each(FUNCTIONS)('$name of $contract.name admits its callers and nobody else', async (each) => {
      const { contract, name, definition } = each;
      const outcomes = await Promise.all(
        EVERYBODY.map(async (identity) => [
          identity,
          await outcomeOf(use(), identity, channel, { contract, name }),
        ]),
      );
      const expected = EVERYBODY.map((identity) => [identity, expectedOf(definition, channel, identity)]);
      expect(Object.fromEntries(outcomes)).toEqual(Object.fromEntries(expected));
    });
  });

  describe('an admin acts for the own organisation only', () => {
    const signer = newSigner();
    const lab = () => use().organisation('aut_lab', 'LabMSP');
    const cloudA = () => use().organisation('prv_cloud-a', 'CloudAMSP');
    const key = publicKeyOf(signer);
    const statements: Readonly<Record<string, () => string>> = {
      RegisterAuthority: () => lab().registration(),
      RegisterProvider: () => cloudA().registration(),
      RegisterAttestor: () =>
        lab().sign('registerAttestor', { mspId: 'LabMSP', key }, signer, { iss: 'LabMSP' }),
      RotateOrganisationKey: () => {
        const body = { use: 'signing' as const, newKey: key, newKeyProof: cloudA().proofOf(signer) };
        return cloudA().sign('rotateOrganisationKey', body, cloudA().signer);
      },
    };
    test('WithdrawAttestor of another one is refused', async () => {
      const args = { mspId: 'LabMSP', key };
      expect(await codeOf(use().submit('hospital admin', 'cloud', 'WithdrawAttestor', args))).toBe(
        'CALLER_REFUSED',
      );
    });

    test.each(Object.entries(statements))('%s of another one is refused', async (name, statement) => {
      const args = { statement: statement() };
      expect(await codeOf(use().submit('hospital admin', 'cloud', name, args))).toBe('CALLER_REFUSED');
    });
  });

  test('a function that no definition names is unknown, whoever calls it', async () => {
    for (const name of ['aroundTransaction', 'constructor', 'toString', 'Nope']) {
      const call = use().evaluate('patients client', 'cloud', { contract: records, name }, {});
      expect(await codeOf(call)).toBe('FUNCTION_UNKNOWN');
    }
  });
}
