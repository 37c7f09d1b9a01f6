import type { GrantMeaning } from '@careledger/protocol';
import { SCOPE_TAGS_MAX, type GrantState } from '@careledger/contracts';
import type { Permission, PurposeOfUse } from '@careledger/domain';
import { isDenial } from '@careledger/policy';
import { assertNotExpired, type Principal } from '@careledger/service-kit';
import type { PractitionerStore } from '../practitioners/practitioner-store.js';
import { practitionerOf } from '../practitioners/signed-in.js';
import { problem } from '../problems.js';
import type { Meanings } from './meanings.js';
import type { Policy } from './policy.js';

/** For whom within the authority a request is made, by the request's own word. */
export interface Claim {
  readonly practitionerId?: string;
  readonly unit?: string;
}

/** For whom the authority vouches in its signed request. */
export interface Person {
  readonly practitionerId?: string;
  readonly unit?: string;
  readonly role?: string;
}

/** Turns who is at the screen into the tags that grants may ask for. */
export class Vouching {
  constructor(
    readonly practitioners: PractitionerStore,
    readonly policy: Policy,
    readonly meanings: Meanings,
  ) {}

  /**
   * A token that is bound to a unit speaks for no other, and whoever signed in for nobody else; role and unit of a
   * practitioner are those registered here.
   * @throws ProblemError PRACTITIONER_UNKNOWN, UNIT_MISMATCH, PERSON_UNKNOWN, UNAUTHENTICATED for a token that is over
   */
  personOf(principal: Principal, { practitionerId: named, unit: claimed }: Claim): Person {
    assertNotExpired(principal);
    const person = principal.role === 'practitioner' ? principal.signIn?.person : undefined;
    const signedIn = person && practitionerOf(person, this.practitioners);
    if (signedIn !== undefined && named !== undefined && named !== signedIn.practitionerId)
      throw problem('PRACTITIONER_UNKNOWN', `Whoever signed in is not ${named}`);
    const practitionerId = signedIn?.practitionerId ?? named;
    const practitioner =
      signedIn ?? (practitionerId === undefined ? undefined : this.practitioners.find(practitionerId));
    if (practitionerId !== undefined && practitioner?.stage !== 'active')
      throw problem('PRACTITIONER_UNKNOWN', `${practitionerId} is not active within this authority`);
    const isUnitless = principal.unit === undefined && (signedIn?.unit ?? undefined) === undefined;
    if (signedIn !== undefined && isUnitless && claimed !== undefined)
      throw problem('UNIT_MISMATCH', `Neither registration nor token of whoever signed in names ${claimed}`);
    const units = [principal.unit, practitioner?.unit ?? undefined, claimed].filter(
      (unit) => unit !== undefined,
    );
    const [unit] = units;
    if (units.some((other) => other !== unit))
      throw problem('UNIT_MISMATCH', `The request names units ${units.join(', ')}; they must be one`);
    return {
      ...(practitionerId !== undefined && { practitionerId }),
      ...(unit !== undefined && { unit }),
      ...(practitioner !== undefined && { role: practitioner.role }),
    };
  }

  /** Whether a rule is for this person; one that names nobody is for everybody of this authority. */
  async isFor(
    rule: Pick<GrantState, 'grantId' | 'sealed' | 'granteeTags'>,
    person: Person,
  ): Promise<boolean> {
    if (rule.granteeTags.length === 0) return true;
    const grantee = (await this.meanings.of(rule))?.grantee ?? [];
    return grantee.some((entry) => rule.granteeTags.includes(entry.tag) && isAbout(entry, person));
  }

  /**
   * Tags of the patient's grants and denials in force that are about this person and the right, or any of several, for the
   * purpose.
   * @throws ProblemError TOO_MANY_TAGS: none is left out
   */
  async granteeTags(
    patientId: string,
    person: Person,
    permission: Permission | readonly Permission[],
    purpose: PurposeOfUse,
  ): Promise<string[]> {
    if (this.policy.inForce(patientId).every(isDenial)) await this.policy.refresh(patientId);
    const tags = new Set<string>();
    const grants = [permission].flat().flatMap((each) => this.policy.concerning(patientId, each, purpose));
    for (const grant of grants) {
      const meaning = await this.meanings.of(grant);
      for (const entry of meaning?.grantee ?? []) if (isAbout(entry, person)) tags.add(entry.tag);
    }
    if (tags.size > SCOPE_TAGS_MAX)
      throw problem(
        'TOO_MANY_TAGS',
        `The patient’s grants name this person by ${tags.size} tags; a request takes ${SCOPE_TAGS_MAX}`,
      );
    return [...tags];
  }
}

function isAbout(entry: GrantMeaning['grantee'][number], person: Person): boolean {
  if ('unit' in entry) return entry.unit === person.unit;
  if ('role' in entry) return entry.role === person.role;
  return entry.practitionerId === person.practitionerId;
}
