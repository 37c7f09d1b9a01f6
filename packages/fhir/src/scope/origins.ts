import { Id128, PractitionerId, SCOPE_TAGS_MAX } from '@careledger/domain';
import type { TSchema } from 'typebox';
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
  /** Of the one document, and so of all in it that names none of its own. */
  readonly #ofDocuments: readonly string[];

  constructor(resources: ToldResources) {
    this.#resources = resources;
    const ofType = (type: string) => resources.all.filter(({ resource }) => resource.resourceType === type);
    const [document, ...more] = ofType('Composition');
    this.#ofDocuments = document === undefined || more.length > 0 ? [] : this.#visitsIn(document);
    for (const provenance of ofType('Provenance')) {
      const { target, agent } = provenance.resource;
      const whose = some(resources.identified(SYSTEM.practitioner, agent, provenance), PractitionerId);
      const targets = [target].flat().flatMap((each) => this.#targetOf(each, provenance) ?? []);
      for (const told of new Set(targets))
        this.#vouched.set(told, some([...(this.#vouched.get(told) ?? []), ...whose], PractitionerId));
    }
  }

  /** Practitioners who made a resource, by itself and by the Provenances that tell of it; sorted, each once. */
  practitionersOf(told: ToldResource): string[] {
    const { resource } = told;
    const named = MADE_BY.filter((element) => !isAsked(resource.resourceType, element)).flatMap((element) =>
      this.#resources.identified(SYSTEM.practitioner, resource[element], told),
    );
    return some([...named, ...(this.#vouched.get(told) ?? [])], PractitionerId);
  }

  /** Visits to which a resource belongs, by itself or else by the Composition of its document; sorted, each once. */
  encountersOf(told: ToldResource): string[] {
    const { resourceType, identifier } = told.resource;
    const itself = resourceType === 'Encounter' ? valuesOf(identifier, SYSTEM.visit) : [];
    const own = [...itself, ...this.#visitsIn(told)];
    return some(own.length > 0 ? own : this.#ofDocuments, Id128);
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

/** Those of the form, sorted, each once; of too many for any group, one more than a group has room for. */
const some = (values: readonly string[], form: TSchema): string[] =>
  [...new Set(values)]
    .filter((value) => Value.Check(form, value))
    .sort()
    .slice(0, SCOPE_TAGS_MAX + 1);
