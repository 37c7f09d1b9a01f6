import { NOTHING, type CheckLocation } from './switched-build.js';

const location = (file: string, find: string, off: string, within?: string): CheckLocation => ({
  file,
  find,
  off,
  ...(within === undefined ? {} : { within }),
});
const runtime = (file: string, find: string, off: string, within?: string) =>
  location(`chaincode/runtime/dist/src/${file}.js`, find, off, within);
const access = (file: string, find: string, off: string, within?: string) =>
  location(`chaincode/access-control/dist/${file}.js`, find, off, within);
const records = (file: string, find: string, off: string, within?: string) =>
  location(`chaincode/records/dist/src/${file}.js`, find, off, within);
const policy = (file: string, find: string, off: string, within?: string) =>
  location(`packages/policy/dist/${file}.js`, find, off, within);
const statement = (find: string, off: string) =>
  location('packages/statements/dist/portable/check.js', find, off);
const fork = (find: string, off: string) =>
  location('packages/private-chain/dist/src/block/fork.js', find, off);

/** Each check of the chaincode: where it stands, and what it is taken for while it is off. */
export const CHAINCODE_LOCATIONS = {
  // who calls what, where, with what
  channel: runtime(
    'dispatch/dispatch',
    'definition.channels.find((candidate) => candidate === port.channel)',
    'port.channel',
  ),
  'own-admin': runtime('dispatch/dispatch', 'named !== tx.caller.mspId', 'false'),
  argument: runtime('dispatch/arguments', 'validator.Check(value)', 'true'),
  member: runtime('caller/rules', 'isClient(caller) || isAdmin(caller)', 'true'),
  'patients-msp': runtime('caller/rules', 'caller.mspId === PATIENTS_MSP', 'true'),
  enroller: runtime('caller/rules', 'caller.mayEnrol', 'true'),
  admin: runtime('caller/rules', 'isAdmin(caller)', 'true', "'own-admin': ({ caller }) => isAdmin(caller)"),
  authority: runtime(
    'caller/rules',
    'isClient(caller) && (await organisation()).authorityId !== null',
    'true',
  ),
  provider: runtime('caller/rules', 'isClient(caller) && (await organisation()).providerId !== null', 'true'),

  // what a statement is
  'kind-read': runtime(
    'statement/read',
    'STATEMENTS[candidate].typ === statement.header.typ',
    'candidate === names.at(-1) || STATEMENTS[candidate].typ === statement.header.typ',
  ),
  'kind-checked': statement(
    "typeof typ === 'string' ? header.typ === typ : typ.includes(header.typ)",
    'true',
  ),
  audience: statement('payload.aud !== audience', 'false'),
  'statement-channel': statement('channel !== undefined && !payload.channels.includes(channel)', 'false'),
  body: statement('isBody !== undefined && !isBody(statement.payload.body)', 'false'),
  future: statement('payload.iat > now + STATEMENT_MAX_SKEW_S', 'false'),
  expiry: statement('maxAgeSeconds !== undefined && payload.iat < now - maxAgeSeconds', 'false'),
  signature: statement('!verifyJws(statement.jws, key, verifier)', 'false'),
  'signer-role': runtime('statement/verify', 'STATEMENTS[name].signers.includes(signer.role)', 'true'),
  'current-key': access(
    'key-periods',
    'isCurrentKid(periods, kid) ? currentPeriod(periods)?.key : undefined',
    "periods.find(({ key }) => isCurrentKid([{ key, from: '' }], kid))?.key",
  ),
  repeated: runtime('statement/accept', 'known.before?.hash === known.read.statement.hash', 'false'),
  'id-reuse': runtime('statement/accept', 'before !== undefined', 'false'),
  'batch-subject': runtime('statement/accept', 'applied.has(subject)', 'false'),
  'batch-overlap': runtime('statement/accept', 'writes.overlaps(other)', 'false'),
  'key-proof-holder': runtime(
    'statement/key-proof',
    'iss !== subject || body.subject !== subject || body.key !== key',
    'false',
  ),

  // who is who
  'patient-id': access('patients', 'patientIdOf(fromBase64url(consentKey), sha256) !== iss', 'false'),
  'consent-not-delegated': access('patients', 'gatewayKey === consentKey', 'false'),
  'patient-exists': access('patients', '(await tx.state.get(patients.at(iss))) !== undefined', 'false'),
  'key-proof-registration': access(
    'patients',
    'checkKeyProof(gatewayKeyProof, iss, gatewayKey, tx)',
    NOTHING,
  ),
  'key-proof-patient': access('patients', 'checkKeyProof(newKeyProof, patientId, newKey, tx)', NOTHING),
  'key-proof-authority': access(
    'organisations',
    'checkKeyProof(newKeyProof, iss, newKey, tx)',
    NOTHING,
    'checkKeyProof(newKeyProof, iss, newKey, tx);\n    tx.state.put(authorities.at(iss)',
  ),
  'key-proof-provider': access(
    'organisations',
    'checkKeyProof(newKeyProof, iss, newKey, tx)',
    NOTHING,
    'checkKeyProof(newKeyProof, iss, newKey, tx);\n    tx.state.put(providers.at(iss)',
  ),
  'key-proof-practitioner': access(
    'practitioners',
    'checkKeyProof(signingKeyProof, practitionerId, signingKey, tx)',
    NOTHING,
  ),
  'key-unchanged': access('key-periods', 'isCurrentKey(periods, newKey)', 'false'),
  'key-reused': access('key-periods', '[...periods, ...used].some(({ key }) => key === newKey)', 'false'),
  'authority-issuer': access('organisations', 'iss !== authorityId', 'false'),
  'provider-issuer': access('organisations', 'iss !== providerId', 'false'),
  'attestor-issuer': access('attestors', 'iss !== mspId', 'false'),
  'authority-id': access('organisations', 'authorityIdOfMsp(mspId) !== authorityId', 'false'),
  'provider-id': access('organisations', 'providerIdOfMsp(mspId) !== providerId', 'false'),
  'authority-exists': access(
    'organisations',
    'taken !== undefined || organisation.authorityId !== undefined',
    'false',
  ),
  'provider-exists': access(
    'organisations',
    'taken !== undefined || organisation.providerId !== undefined',
    'false',
  ),
  'attestor-withdrawn': access('attestors', 'known?.withdrawnAt !== undefined', 'false'),
  'attestor-known': access('attestors', 'known !== undefined', 'false'),
  'attestor-limit': access(
    'attestors',
    'had.filter(({ value }) => value.withdrawnAt === undefined).length >= ATTESTORS_PER_MSP_MAX',
    'false',
  ),
  'attestor-in-force': access('signers', 'attestor.withdrawnAt === undefined', 'true'),
  'own-statement': access('subscriptions', 'mspId !== tx.caller.mspId', 'false'),

  // what patients allow
  tombstone: access('grants', 'tombstone !== undefined', 'false'),
  'revoked-before-recorded': access('grants', 'isVoid', 'false', 'tombstone !== undefined || isVoid'),
  'revoked-through': policy('decide', 'isRevokedThrough(grant, revokedThrough)', 'false'),
  'revoked-singly': {
    ...access('grants', 'state.delete(liveGrants.at(patientId, authorityId, grantId))', NOTHING),
    writes: true,
  },
  'policy-read': access(
    'decisions',
    'await policyOf(state, patientId)',
    '{ patientId, version: 0, revokedThroughSeq: 0, hash: "" }',
  ),
  'policy-seq': access('policy', 'holder !== undefined', 'false'),
  'grant-period': access('grants', 'until !== undefined && isEmpty(from, until)', 'false'),
  'grantee-known': access(
    'grants',
    '(await tx.state.get(authorities.at(body.authorityId))) === undefined',
    'false',
  ),
  'grant-limit': access('grants', 'standing.length >= GRANTS_PER_AUTHORITY_MAX', 'false'),
  'delegate-within': access('delegates', 'excess.length > 0', 'false'),
  'delegation-in-force': access(
    'delegates',
    'endedAt !== undefined || Date.parse(until) <= tx.atMs || isRevokedThrough(link, policy)',
    'false',
  ),
  'delegation-tombstone': access(
    'delegations',
    'tombstone !== undefined || isRevokedThrough(place, policy)',
    'false',
  ),
  'delegate-revokes-own': access('revoke', '!isUnder(grant.path, by.path)', 'false'),
  'delegate-ids': runtime('statement/memory', "'path' in payload.body", 'false'),
  'delegate-gives-way': access('grants', 'by !== undefined || before.path === undefined', 'true'),
  'delegate-tombstones': access('revoke', 'by === undefined', 'true'),
  'delegate-counts': access('delegates', 'by === undefined', 'true'),
  'subscription-of-authority': access('subscriptions', 'subscription.authorityId !== iss', 'false'),
  'subscription-of-grantee': access('subscriptions', 'subscription.authorityId !== authorityId', 'false'),
  'subscription-pending': access('subscriptions', "status !== 'pending'", 'false'),
  'subscription-shown': access('subscriptions', 'subscription.scopeHash !== askedScopeHash', 'false'),
  'subscription-given': access('subscriptions', "given === 'more'", 'false'),
  'subscription-over': access(
    'subscriptions',
    "['rejected', 'cancelled', 'lapsed'].includes(subscription.status)",
    'false',
  ),
  'subscription-id': access(
    'subscriptions',
    '(await tx.state.get(subscriptions.at(patientId, subscriptionId))) !== undefined',
    'false',
  ),
  'subscription-patient': access(
    'subscriptions',
    '(await tx.state.get(patients.at(patientId))) === undefined',
    'false',
  ),
  'subscription-limit': access('subscriptions', 'pending >= SUBSCRIPTIONS_PENDING_MAX', 'false'),

  // what is decided
  practitioner: access('decisions', 'known?.active === true', 'true'),
  'grants-of-requester': access(
    'decisions',
    'liveGrants.under(patientId, each)',
    'liveGrants.under(patientId)',
  ),
  'grant-of-requester': policy(
    'decide',
    'grant.patientId === patientId && isAbout(grant, requester)',
    'true',
  ),
  permission: policy('coverage', 'permissions.includes(asked.permission)', 'true'),
  grantee: policy('coverage', 'coversGrantee(granteeTags, asked.granteeTags)', 'true'),
  purpose: policy('coverage', 'purposes.includes(asked.purpose)', 'true'),
  scope: policy(
    'coverage',
    'coversRecord(grant, asked)',
    'true',
    'coversRecord(grant, asked) && coversRecord(grant, revisedOf(asked))',
  ),
  'scope-revised': policy('coverage', 'coversRecord(grant, revisedOf(asked))', 'true'),
  detail: policy('coverage', 'isDetail !== true || detail === true', 'true'),
  'period-within': policy('coverage', 'isWithin(record.period, period)', 'true'),
  denial: policy('decide', 'objections.some(({ denial }) => outweighs(denial, grant))', 'false'),
  'denial-touches': policy(
    'denials',
    'tagGroups.some((group) => group.some((tag) => scopeTags.includes(tag)))',
    'false',
  ),
  'denial-unconfirmed': policy('denials', 'tagGroups.length === 0 || isUnconfirmed === true', 'false'),
  'denial-after-revoke-all': access(
    'grants',
    '!isDenial(body) && isRevokedThrough(placeOf(policy, body.policySeq), policy)',
    'isRevokedThrough(placeOf(policy, body.policySeq), policy)',
  ),
  'denial-whole': access('grants', '!isWhole || isWithinAny || isUntold', 'false'),
  'denial-relayed': access('revoke', '!isDenial(verified.body)', 'false'),
  'every-group': policy(
    'coverage',
    'tagGroups.every((group) => group.some((tag) => scopeTags.includes(tag)))',
    'tagGroups.flat().some((tag) => scopeTags.includes(tag))',
  ),
  'no-groups': policy('coverage', 'tagGroups.length > 0', 'true'),
  'in-force': policy(
    'coverage',
    'isInForce(grant, atMs)',
    'true',
    "[isInForce(grant, atMs), 'GRANT_EXPIRED']",
  ),

  // what exists
  'gateway-of-patient': records('authorship', 'byPatient && iss !== patientId', 'false'),
  'class-of-kind': records('authorship', "byPatient === (kind === 'clinical')", 'false'),
  'class-of-author': records('authorship', 'byPatient !== (author === patientId)', 'false'),
  'record-kind': records('authorship', 'precedent !== undefined && precedent.row.kind !== kind', 'false'),
  'record-id': records('authorship', 'recordIdOf({ author, patientId, seed }, sha256) !== recordId', 'false'),
  denied: records('authorship', "decision.decision === 'deny'", 'false'),
  'stored-tags': records(
    'authorship',
    'termsOnRecord({ patientId, ...precedent.row })',
    'termsOnRecord({ patientId, ...precedent.row, tagGroups })',
  ),
  'provider-named': records('stored', 'item.body.providerId !== providerId', 'false'),
  'first-version': records('stored', 'body.version !== 1 || body.prevVersionHash !== null', 'false'),
  'record-exists': records(
    'stored',
    '(await tx.state.get(storedHeads.at(body.patientId, body.recordId))) !== undefined',
    'false',
  ),
  'next-version': records(
    'stored',
    'version !== newest.version + 1 || prevVersionHash !== newest.manifestHash',
    'false',
  ),
  'version-not-yet': records('announced', 'version > 1 && precedent === undefined', 'false'),
  'announced-exists': records('announced', '(await tx.state.get(key)) !== undefined', 'false'),
  'announced-history': records(
    'announced',
    'prevVersionHash !== (precedent?.row.manifestHash ?? null)',
    'false',
  ),

  'confirmation-patient': records('confirmations', 'iss !== patientId', 'false'),
  'confirmation-author': records('confirmations', 'row.author === patientId', 'false'),
  'confirmation-manifest': records('confirmations', 'row.manifestHash !== manifestHash', 'false'),
  'confirmation-seq': records('confirmations', 'found.seq !== last + 1', 'false'),

  // who asked
  relay: records('access', 'requireRelay(item.body.relay, providerId)', NOTHING),
  'relay-again': records('access', "body['relay'] !== providerId", 'false'),
  'record-found': records('access', 'found === undefined ? recordUnknown(decided) : decided', 'decided'),
  'permit-until': records(
    'access',
    'until === undefined ? windowMs : Math.min(windowMs, Date.parse(until))',
    'windowMs',
  ),
  'notice-manifest': records(
    'notice-readings',
    'found.stored.manifestHash === body.manifestHash ? decided : recordUnknown(decided)',
    'decided',
  ),

  // where they were, and what chains were
  'visit-own': records('visits', 'mspId !== tx.caller.mspId', 'false'),
  'check-in-patient': records('check-in', 'checkIn.iss !== body.patientId', 'false'),
  'check-in-authority': records('check-in', 'checkIn.body.authorityId !== iss', 'false'),
  'check-in-window': records('check-in', '!(apartMs <= CHECK_IN_WINDOW_S * MS_PER_S)', 'false'),
  'check-in-used': records('check-in', '(await tx.state.get(used)) !== undefined', 'false'),
  'check-in-dated': records('check-in', 'Math.abs(madeMs - atMs) <= STATEMENT_MAX_SKEW_S * MS_PER_S', 'true'),
  'check-in-age': records('check-in', 'tx.atMs - atMs <= CHECK_IN_MAX_AGE_S * MS_PER_S', 'true'),
  'head-follows': records(
    'anchors',
    'prevHeight !== (head?.height ?? null) || prevHash !== (head?.hash ?? null)',
    'false',
  ),
  'head-rises': records('anchors', 'head !== undefined && height <= head.height', 'false'),
  forked: records('anchors', '(await tx.state.get(forkedKeys.at(patientId, key))) !== undefined', 'false'),
  'fork-of-patient': records('forks', 'fork.patientId !== patientId', 'false'),
  'fork-height': fork('blocks[1].height !== height', 'false'),
  'fork-differs': fork('hashes[0] === hashes[1]', 'false'),
  'fork-retired': records('forks', 'isRetired && signed.some(Boolean)', 'signed.some(Boolean)'),
  'attested-network': records('attestations', 'body.network !== tx.networkId', 'false'),
  'attested-once': records('attestations', 'canonicalJson(said) !== canonicalJson(body)', 'false'),
} as const satisfies Readonly<Record<string, CheckLocation>>;

export type ChaincodeCheck = keyof typeof CHAINCODE_LOCATIONS;
