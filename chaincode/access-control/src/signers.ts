import type { FindSigners, StateKey, StateReader } from '@careledger/chaincode-runtime';
import type { SignerAnswer, SignerQuery } from '@careledger/contracts';
import { attestors, authorities, delegateKeys, patients, providers } from './families.js';
import { currentKeyOfKid } from './key-periods.js';

/** Who holds the key with this thumbprint, among the keys in force. */
export const findSigners: FindSigners = async ({ state }, queries) => {
  await state.readAhead(queries.map(holderOf));
  const answers: SignerAnswer[] = [];
  for (const query of queries) answers.push(await findSigner(state, query));
  return answers;
};

/** Where it lies who signs, whatever the role. */
function holderOf({ iss, kid }: SignerQuery): StateKey<unknown> {
  if (iss.startsWith('pat_')) return patients.at(iss);
  if (iss.startsWith('aut_')) return authorities.at(iss);
  if (iss.startsWith('prv_')) return providers.at(iss);
  return attestors.at(iss, kid);
}

function findSigner(state: StateReader, { iss, kid }: SignerQuery): Promise<SignerAnswer> {
  if (iss.startsWith('pat_')) return findPatient(state, iss, kid);
  if (iss.startsWith('aut_')) return findAuthority(state, iss, kid);
  if (iss.startsWith('prv_')) return findProvider(state, iss, kid);
  return findAttestor(state, iss, kid);
}

const UNREGISTERED: SignerAnswer = { registered: false, signer: null };

async function findPatient(state: StateReader, patientId: string, kid: string): Promise<SignerAnswer> {
  const patient = await state.get(patients.at(patientId));
  if (patient === undefined) return UNREGISTERED;
  const consent = currentKeyOfKid(patient.consentKeys, kid);
  if (consent !== undefined) return { registered: true, signer: { role: 'consent', key: consent } };
  const gateway = currentKeyOfKid(patient.gatewayKeys, kid);
  if (gateway !== undefined) return { registered: true, signer: { role: 'gateway', key: gateway } };
  const delegate = await state.get(delegateKeys.at(patientId, kid));
  return {
    registered: true,
    signer: delegate === undefined ? null : { role: 'delegate', key: delegate.key },
  };
}

async function findAuthority(state: StateReader, authorityId: string, kid: string): Promise<SignerAnswer> {
  const authority = await state.get(authorities.at(authorityId));
  if (authority === undefined) return UNREGISTERED;
  const key = currentKeyOfKid(authority.signingKeys, kid);
  const { mspId } = authority;
  return { registered: true, signer: key === undefined ? null : { role: 'authority', key, mspId } };
}

async function findProvider(state: StateReader, providerId: string, kid: string): Promise<SignerAnswer> {
  const provider = await state.get(providers.at(providerId));
  if (provider === undefined) return UNREGISTERED;
  const key = currentKeyOfKid(provider.signingKeys, kid);
  const { mspId } = provider;
  return { registered: true, signer: key === undefined ? null : { role: 'provider', key, mspId } };
}

async function findAttestor(state: StateReader, mspId: string, kid: string): Promise<SignerAnswer> {
  const attestor = await state.get(attestors.at(mspId, kid));
  const inForce = attestor !== undefined && attestor.withdrawnAt === undefined;
  return { registered: true, signer: inForce ? { role: 'attestor', key: attestor.key, mspId } : null };
}
