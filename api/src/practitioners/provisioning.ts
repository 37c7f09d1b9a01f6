import { RegisterPractitionerBody } from '@careledger/contracts';
import { principalOf, type Principal, type ServiceApp, type SignedInPerson } from '@careledger/service-kit';
import { Value } from 'typebox/value';
import type { AnsweredWork } from '../outbox/answered-work.js';
import { problem, type ProblemCode } from '../problems.js';
import type { PractitionerService } from './practitioner-service.js';
import type { Practitioner, PractitionerStore } from './practitioner-store.js';
import { personUnknown, practitionerOf } from './signed-in.js';

/** When a registration that is under way is worth another look. */
const REGISTERING_RETRY_S = 2;
const PERSON_PROBLEMS: readonly ProblemCode[] = ['PERSON_UNKNOWN', 'PERSON_REGISTERING'];

export interface ProvisioningOptions extends Pick<AnsweredWork, 'answerWithinMs'> {
  readonly practitioners: PractitionerStore;
  readonly practitionerService: Pick<PractitionerService, 'register'>;
  readonly outbox: Pick<AnsweredWork['outbox'], 'finished'>;
}

/**
 * No practitioner who signed in reaches a route of the app before the ledgers know a pseudonym of hers: strangers are
 * refused, or registered where their issuer is configured so. Before any route is added.
 */
export function installSignedInPractitioners(app: ServiceApp, options: ProvisioningOptions): void {
  const provisioning = new Provisioning(options);
  app.addHook('onRoute', (route) => {
    if (route.config?.roles?.includes('practitioner') !== true) return;
    const { problems = [] } = route.schema ?? {};
    route.schema = { ...route.schema, problems: [...new Set([...problems, ...PERSON_PROBLEMS])] };
  });
  app.addHook('preValidation', async (request) => {
    if (request.principal?.role === 'practitioner') await provisioning.ensure(principalOf(request));
  });
}

/** Registers who signs in for the first time: once, however many requests come at once. */
class Provisioning {
  readonly #options: ProvisioningOptions;
  readonly #underWay = new Map<string, Promise<Practitioner>>();

  constructor(options: ProvisioningOptions) {
    this.#options = options;
  }

  /** @throws ProblemError PERSON_UNKNOWN, PERSON_REGISTERING */
  async ensure({ signIn, unit }: Principal): Promise<void> {
    const person = signIn?.person;
    if (person === undefined) return;
    const { answerWithinMs, outbox, practitioners } = this.#options;
    const found = practitioners.withIdentifier(person.identifier);
    const isNew = found.length === 0 && person.ifUnknown === 'provision';
    const [first] = isNew ? [await this.#register(person, unit)] : found;
    if (found.length <= 1 && first?.stage === 'registering') {
      await outbox.finished('practitioner', first.practitionerId, answerWithinMs);
      if (practitioners.find(first.practitionerId)?.stage === 'registering')
        throw problem('PERSON_REGISTERING', 'The ledger has not taken the registration yet', {
          members: { retryAfterS: REGISTERING_RETRY_S },
        });
    }
    practitionerOf(person, practitioners);
  }

  #register(person: SignedInPerson, unit: string | undefined): Promise<Practitioner> {
    const { identifier, name, profession } = person;
    if (!Value.Check(RegisterPractitionerBody.properties.role, profession))
      throw personUnknown(
        'PROFESSION_MISSING',
        'The issuer names no profession as which to register whoever signed in',
      );
    const underWay =
      this.#underWay.get(identifier) ??
      this.#options.practitionerService
        .register({
          role: profession,
          ...(unit !== undefined && { unit }),
          identity: { identifier, ...(name !== undefined && { name }) },
        })
        .finally(() => this.#underWay.delete(identifier));
    this.#underWay.set(identifier, underWay);
    return underWay;
  }
}
