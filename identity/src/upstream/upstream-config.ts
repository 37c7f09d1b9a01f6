import { closedObject } from '@careledger/domain';
import { Secret } from '@careledger/service-kit';
import { Type, type Static } from 'typebox';
import { PersonRole } from '../people/users.js';

const Text = Type.String({ minLength: 1 });
/** Name of a claim; dots lead into objects. `sub` stays with the hospital's provider. */
const ClaimPath = Type.String({ minLength: 1, pattern: '^(?!sub$)[^.]+(\\.[^.]+)*$' });

/** A hospital's own OpenID provider, by which its people sign in here. */
export const UpstreamConfig = closedObject({
  /** https, or http on the loopback interface. */
  issuer: Type.String({ pattern: '^https?://' }),
  /** As the sign-in page names it. */
  name: Text,
  clientId: Text,
  /** None for a public client: PKCE is there anyway. */
  clientSecret: Type.Optional(Secret()),
  scopes: Type.Array(Text, { default: ['openid', 'profile'] }),
  /** Which claims of the ID token, or of the userinfo answer, say who somebody is. */
  claims: closedObject({
    /** As the authority registers practitioners, e.g. a staff number. */
    person: ClaimPath,
    name: ClaimPath,
    role: ClaimPath,
    profession: Type.Optional(ClaimPath),
    unit: Type.Optional(ClaimPath),
  }),
  /** What a value of the role claim stands for; the first of these that somebody has counts. */
  roles: Type.Array(closedObject({ value: Text, role: PersonRole }), { minItems: 1 }),
  /** Whether somebody signs in who has no user here, by `person`, whom the organisation added. */
  unknownPersons: Type.Enum(['refuse', 'provision'], { default: 'refuse' }),
});
export type UpstreamConfig = Static<typeof UpstreamConfig>;
