import {
  acceptOne,
  checkKeyProof,
  readAs,
  type Evaluation,
  type Outcome,
  type Submission,
  type Verified,
} from '@careledger/chaincode-runtime';
import { ContractError, type ItemResult, type StatementName } from '@careledger/contracts';
import { authorityIdOfMsp, providerIdOfMsp } from '@careledger/domain';
import { authorities, organisations, providers } from './families.js';
import { rotated } from './key-periods.js';
import { outcomeOf } from './outcome-of.js';
import { findSigners } from './signers.js';

type OneStatement = { readonly statement: string };

/** The MSP that a registration's body names. @throws ContractError `STATEMENT_MALFORMED` */
export function mspOfBody(name: StatementName) {
  return async (_tx: Evaluation, { statement }: OneStatement): Promise<string> => {
    const { mspId } = readAs(statement, [name]).statement.payload.body;
    if (typeof mspId !== 'string') throw new ContractError('STATEMENT_MALFORMED', 'The body names no mspId.');
    return mspId;
  };
}

/** The MSP under which the issuer is registered. @throws ContractError `AUTHORITY_UNKNOWN`, `PROVIDER_UNKNOWN` */
export async function mspOfIssuer({ state }: Evaluation, { statement }: OneStatement): Promise<string> {
  const { iss } = readAs(statement, ['rotateOrganisationKey']).statement.payload;
  const isProvider = iss.startsWith('prv_');
  const found = isProvider ? await state.get(providers.at(iss)) : await state.get(authorities.at(iss));
  if (found === undefined) throw new ContractError(isProvider ? 'PROVIDER_UNKNOWN' : 'AUTHORITY_UNKNOWN');
  return found.mspId;
}

export async function registerAuthority(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  const intake = { names: ['registerAuthority'] as const, signers: { selfSignedBy } };
  const accepted = await acceptOne(tx, statement, intake, (verified) => addAuthority(tx, verified));
  return outcomeOf(accepted, idOf);
}

export async function registerProvider(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  const intake = { names: ['registerProvider'] as const, signers: { selfSignedBy } };
  const accepted = await acceptOne(tx, statement, intake, (verified) => addProvider(tx, verified));
  return outcomeOf(accepted, idOf);
}

export async function rotateOrganisationKey(
  tx: Submission,
  { statement }: OneStatement,
): Promise<Outcome<ItemResult>> {
  const intake = { names: ['rotateOrganisationKey'] as const, signers: findSigners };
  const accepted = await acceptOne(tx, statement, intake, (verified) =>
    verified.role === 'provider' ? rotateProvider(tx, verified) : rotateAuthority(tx, verified),
  );
  return outcomeOf(accepted, idOf);
}

const idOf = ({ iss }: { readonly iss: string }) => ({ ids: [iss] });
const selfSignedBy = ({ signingKey }: { readonly signingKey: string }): string => signingKey;

async function addAuthority(tx: Submission, { iss, body }: Verified<'registerAuthority'>): Promise<void> {
  const { authorityId, mspId, kind, signingKey, encryptionKey, breakGlassKey, endpoint } = body;
  if (iss !== authorityId) throw new ContractError('STATEMENT_ISSUER_MISMATCH');
  // Patients grant to an id: whoever could choose one would get what was meant for another organisation.
  if (authorityIdOfMsp(mspId) !== authorityId) throw new ContractError('ORGANISATION_ID_MISMATCH');
  const organisation = (await tx.state.get(organisations.at(mspId))) ?? {};
  const taken = await tx.state.get(authorities.at(authorityId));
  // One authority an organisation: the caller's certificate then says for whom it acts.
  if (taken !== undefined || organisation.authorityId !== undefined)
    throw new ContractError('AUTHORITY_EXISTS');
  const from = tx.at;
  tx.state.put(organisations.at(mspId), { ...organisation, authorityId });
  tx.state.put(authorities.at(authorityId), {
    authorityId,
    mspId,
    kind,
    signingKeys: [{ key: signingKey, from }],
    encryptionKeys: [{ key: encryptionKey, from }],
    breakGlassKeys: breakGlassKey === undefined ? [] : [{ key: breakGlassKey, from }],
    ...(endpoint === undefined ? {} : { endpoint }),
    registeredAt: from,
  });
}

async function addProvider(tx: Submission, { iss, body }: Verified<'registerProvider'>): Promise<void> {
  const { providerId, mspId, signingKey, encryptionKey, endpoint } = body;
  if (iss !== providerId) throw new ContractError('STATEMENT_ISSUER_MISMATCH');
  if (providerIdOfMsp(mspId) !== providerId) throw new ContractError('ORGANISATION_ID_MISMATCH');
  const organisation = (await tx.state.get(organisations.at(mspId))) ?? {};
  const taken = await tx.state.get(providers.at(providerId));
  if (taken !== undefined || organisation.providerId !== undefined)
    throw new ContractError('PROVIDER_EXISTS');
  const from = tx.at;
  tx.state.put(organisations.at(mspId), { ...organisation, providerId });
  tx.state.put(providers.at(providerId), {
    providerId,
    mspId,
    signingKeys: [{ key: signingKey, from }],
    encryptionKeys: [{ key: encryptionKey, from }],
    endpoint,
    registeredAt: from,
  });
}

async function rotateAuthority(
  tx: Submission,
  { iss, body: { use, newKey, newKeyProof } }: Verified<'rotateOrganisationKey'>,
): Promise<void> {
  const authority = await tx.state.get(authorities.at(iss));
  if (authority === undefined) throw new ContractError('AUTHORITY_UNKNOWN');
  const field = (
    { signing: 'signingKeys', encryption: 'encryptionKeys', 'break-glass': 'breakGlassKeys' } as const
  )[use];
  const keys = rotated(authority[field], newKey, tx.at);
  if (use === 'signing') checkKeyProof(newKeyProof, iss, newKey, tx);
  tx.state.put(authorities.at(iss), { ...authority, [field]: keys });
}

async function rotateProvider(
  tx: Submission,
  { iss, body: { use, newKey, newKeyProof } }: Verified<'rotateOrganisationKey'>,
): Promise<void> {
  const provider = await tx.state.get(providers.at(iss));
  if (provider === undefined) throw new ContractError('PROVIDER_UNKNOWN');
  if (use === 'break-glass')
    throw new ContractError('STATEMENT_MALFORMED', 'A provider has no break-glass key: it reads no records.');
  const field = ({ signing: 'signingKeys', encryption: 'encryptionKeys' } as const)[use];
  const keys = rotated(provider[field], newKey, tx.at);
  if (use === 'signing') checkKeyProof(newKeyProof, iss, newKey, tx);
  tx.state.put(providers.at(iss), { ...provider, [field]: keys });
}
