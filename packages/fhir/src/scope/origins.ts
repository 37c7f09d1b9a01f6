import { Id128, PractitionerId } from '@careledger/domain';
import { Value } from 'typebox/value';
import { isAsked } from '../content/authorship.js';
import { isObject } from '../json.js';
import { SYSTEM } from '../systems.js';
import { valuesOf, type ToldResource, type ToldResources } from './told.js';

/** Elements of any resource that say who made it (R4 FiveWs.author, FiveWs.actor). */
const MADE_BY = [
  ...['asserter', 'attester', 'authenticator', 'author', 'enterer', 'informationSource'],
  ...['performer', 'provider', 'recorder', 'requester'],
];
/** Elements that say to which encounter it belongs. */
const BELONGS_TO = ['encounter', 'context'];

/** Who made the resources of a bundle, and to which visits they belong, as far as they say. */
export class Origins {
  readonly #resources: ToldResources;
  readonly #vouched = new Map<ToldResource, string[]>();
  /** Of documents, and so of all that they hold. */
  readonly #ofDocuments: readonly string[];

  constructor(resources: ToldResources) {
    this.#resources = resources;
    const ofType = (type: string) => resources.all.filter(({ resource }) => resource.resourceType === type);
    this.#ofDocuments = ofType('Composition').flatMap((told) => this.#visitsIn(told));
    for (const provenance of ofType('Provenance')) {
      const { target, agent } = provenance.resource;
      const whose = resources.identified(SYSTEM.practitioner, agent, provenance);
      for (const reference of [target].flat()) {
        const told = this.#targetOf(reference, provenance);
        if (told !== undefined) this.#vouched.set(told, [...(this.#vouched.get(told) ?? []), ...whose]);
      }
    }
  }

  /** Practitioners who made a resource, by itself and by the Provenances that tell of it; sorted, each once. */
  practitionersOf(told: ToldResource): string[] {
    const { resource } = told;
    const named = MADE_BY.filter((element) => !isAsked(resource.resourceType, element)).flatMap((element) =>
      this.#resources.identified(SYSTEM.practitioner, resource[element], told),
    );
    return distinct([...named, ...(this.#vouched.get(told) ?? [])]).filter((id) =>
      Value.Check(PractitionerId, id),
    );
  }

  /** Visits to which a resource belongs, by itself and by the Composition of its document; sorted, each once. */
  encountersOf(told: ToldResource): string[] {
    const { resourceType, identifier } = told.resource;
    const itself = resourceType === 'Encounter' ? valuesOf(identifier, SYSTEM.visit) : [];
    return distinct([...itself, ...this.#visitsIn(told), ...this.#ofDocuments]).filter((id) =>
      Value.Check(Id128, id),
    );
  }

  #visitsIn(told: ToldResource): string[] {
    return BELONGS_TO.flatMap((element) =>
      this.#resources.identified(SYSTEM.visit, told.resource[element], told),
    );
  }

  #targetOf(reference: unknown, from: ToldResource): ToldResource | undefined {
    if (!isObject(reference) || typeof reference['reference'] !== 'string') return undefined;
    return this.#resources.resolve(reference['reference'], from);
  }
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)].sort();
