import { MspId, closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';
import { ROLES } from './roles.js';

const Text = Type.String({ minLength: 1 });
/** Name of a claim; dots lead into objects, e.g. `realm_access.roles`. */
const Claim = Type.String({ minLength: 1, pattern: '^[^.]+(\\.[^.]+)*$' });
/** Patients have tokens of their gateway. */
const IssuedRole = Type.Enum(ROLES.filter((role) => role !== 'patient'));

/** Which claims of an access token say who holds it. */
const ClaimsConfig = closedObject(
  {
    /** The person, as the authority registers practitioners: `identity.identifier`. */
    person: Type.Optional(Claim),
    name: Type.Optional(Claim),
    /** One of the values of `roles`, or several. */
    role: Type.Optional(Claim),
    /** What a practitioner is by profession; has to be as registered. */
    profession: Type.Optional(Claim),
    unit: Type.Optional(Claim),
    /** The patient of scopes `patient/…`, by pseudonym. */
    patient: Type.Optional(Claim),
  },
  { default: {} },
);

/** A program that gets tokens in its own name (client credentials); what it is, is said here and by no claim. */
const MachineConfig = closedObject({
  clientId: Text,
  /** `sub` of its tokens: the client's id (RFC 9068, section 2.2), unless the provider has another one for it. */
  subject: Type.Optional(Text),
  role: IssuedRole,
  unit: Type.Optional(Text),
});

/** An OpenID provider whose access tokens (JWT) are taken. */
export const IssuerConfig = closedObject({
  /** As its tokens have it in `iss`; https, or http on the loopback interface. */
  issuer: Type.String({ pattern: '^https?://' }),
  /** What its tokens have in `aud` when they are for this service. */
  audience: Text,
  /** The organisation whose people it knows. */
  mspId: MspId,
  claims: ClaimsConfig,
  /** Which role a value of the role claim stands for; the first of these that a token has counts. */
  roles: Type.Array(closedObject({ value: Text, role: IssuedRole }), { default: [] }),
  machines: Type.Array(MachineConfig, { default: [] }),
  /** Scopes of a token that names none of a resource or role, for a provider that has no such scopes. */
  scopesWhenNone: Type.Array(Text, { default: [] }),
  /** What becomes of a person whom the authority has not registered. */
  unknownPersons: Type.Enum(['refuse', 'provision'], { default: 'refuse' }),
  clockToleranceS: Type.Integer({ minimum: 0, maximum: 300, default: 30 }),
  /** Keys are fetched again after this time: so long is a key taken that the issuer has removed. */
  keysFreshS: Type.Integer({ minimum: 0, maximum: 86_400, default: 300 }),
  /** While the issuer is away its keys are taken for this time since they were fetched. */
  keysMaxAgeS: Type.Integer({ minimum: 0, maximum: 604_800, default: 3_600 }),
});
export type IssuerConfig = Static<typeof IssuerConfig>;
