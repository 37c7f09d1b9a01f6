import { closedObject } from '@careledger/domain';
import { Type, type Static } from 'typebox';

/**
 * The part of FHIR R4 (4.0.1, https://hl7.org/fhir/R4/) that this system writes, closed: what is not named here is
 * refused in bundles that claim to come from a gateway of this system.
 */
const list = <T extends Parameters<typeof Type.Array>[0]>(items: T) =>
  Type.Array(items, { minItems: 1, maxItems: 10_000 });
const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });

const Uri = Type.String({ pattern: '^\\S{1,1024}$' });
const Code = Type.String({ pattern: '^[^\\s]+(\\s[^\\s]+)*$', maxLength: 128 });
/** R4 `instant` and `dateTime`, here always with milliseconds and `Z`. */
const Instant = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' });
const UUID_PATTERN = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const Id = Type.String({ pattern: `^${UUID_PATTERN}$` });
const UrnUuid = Type.String({ pattern: `^urn:uuid:${UUID_PATTERN}$` });

const Coding = closedObject({ system: Uri, code: Code, display: Type.Optional(text(512)) });
type Coding = Static<typeof Coding>;
export const CodeableConcept = closedObject({ coding: list(Coding), text: Type.Optional(text(1_024)) });
export type CodeableConcept = Static<typeof CodeableConcept>;
export const Identifier = closedObject({ system: Uri, value: text(512) });
export type Identifier = Static<typeof Identifier>;
export const Quantity = closedObject({
  value: Type.Number(),
  /** The value is a bound: what was measured lies below or above it. */
  comparator: Type.Optional(
    Type.Union([Type.Literal('<'), Type.Literal('<='), Type.Literal('>='), Type.Literal('>')]),
  ),
  unit: text(64),
  system: Uri,
  code: Code,
});
export type Quantity = Static<typeof Quantity>;
/** R4: both ends are inclusive. */
const Period = closedObject({ start: Instant, end: Type.Optional(Instant) });
/** To a resource of the same bundle by `fullUrl`, or to something outside by its identifier: never both. */
export const Reference = Type.Union([
  closedObject({ reference: UrnUuid }),
  closedObject({ type: Code, identifier: Identifier }),
]);
export type Reference = Static<typeof Reference>;

const ResourceType = <T extends string>(name: T) => ({ resourceType: Type.Literal(name), id: Id });

/** One place of SampledData. */
const SAMPLE = String.raw`(?:[ELU]|-?\d+(?:\.\d+)?)`;

/** https://hl7.org/fhir/R4/datatypes.html#SampledData: values at equal distances of `period` milliseconds. */
const SampledData = closedObject({
  origin: Type.Omit(Quantity, ['comparator'], { additionalProperties: false }),
  period: Type.Number({ exclusiveMinimum: 0 }),
  lowerLimit: Type.Optional(Type.Number()),
  upperLimit: Type.Optional(Type.Number()),
  dimensions: Type.Literal(1),
  /** Decimals; `E` no value, `L` below the lower limit, `U` above the upper one. */
  data: Type.String({ pattern: `^${SAMPLE}(?: ${SAMPLE})*$` }),
});
export type SampledData = Static<typeof SampledData>;

/** R4 obs-6: a value, or the reason why there is none. */
export const ObservationComponent = Type.Union([
  closedObject({ code: CodeableConcept, valueQuantity: Quantity }),
  closedObject({ code: CodeableConcept, valueCodeableConcept: CodeableConcept }),
  closedObject({ code: CodeableConcept, valueInteger: Type.Integer() }),
  closedObject({
    code: CodeableConcept,
    valueRatio: closedObject({ numerator: Quantity, denominator: Quantity }),
  }),
  closedObject({ code: CodeableConcept, valuePeriod: Period }),
  closedObject({ code: CodeableConcept, valueSampledData: SampledData }),
  closedObject({ code: CodeableConcept, dataAbsentReason: CodeableConcept }),
]);
export type ObservationComponent = Static<typeof ObservationComponent>;

export const Observation = closedObject({
  ...ResourceType('Observation'),
  identifier: Type.Optional(list(Identifier)),
  status: Type.Union([
    Type.Literal('preliminary'),
    Type.Literal('final'),
    Type.Literal('amended'),
    Type.Literal('entered-in-error'),
  ]),
  category: list(CodeableConcept),
  code: CodeableConcept,
  subject: Reference,
  effectiveDateTime: Type.Optional(Instant),
  effectivePeriod: Type.Optional(Period),
  issued: Type.Optional(Instant),
  performer: Type.Optional(list(Reference)),
  valueQuantity: Type.Optional(Quantity),
  valueCodeableConcept: Type.Optional(CodeableConcept),
  valueString: Type.Optional(text(65_536)),
  interpretation: Type.Optional(list(CodeableConcept)),
  note: Type.Optional(list(closedObject({ text: text(1_024) }))),
  method: Type.Optional(CodeableConcept),
  device: Type.Optional(Reference),
  hasMember: Type.Optional(list(Reference)),
  derivedFrom: Type.Optional(list(Reference)),
  component: Type.Optional(list(ObservationComponent)),
});
export type Observation = Static<typeof Observation>;

export const Device = closedObject({
  ...ResourceType('Device'),
  identifier: list(Identifier),
  status: Type.Literal('active'),
  type: Type.Optional(closedObject({ text: text(256) })),
});
export type Device = Static<typeof Device>;

export const Provenance = closedObject({
  ...ResourceType('Provenance'),
  target: list(Reference),
  occurredPeriod: Type.Optional(Period),
  recorded: Instant,
  agent: list(closedObject({ type: CodeableConcept, who: Reference, onBehalfOf: Type.Optional(Reference) })),
  entity: Type.Optional(list(closedObject({ role: Type.Literal('source'), what: Reference }))),
});
export type Provenance = Static<typeof Provenance>;

export const DocumentReference = closedObject({
  ...ResourceType('DocumentReference'),
  status: Type.Literal('current'),
  docStatus: Type.Union([Type.Literal('preliminary'), Type.Literal('final'), Type.Literal('amended')]),
  type: CodeableConcept,
  subject: Reference,
  date: Instant,
  author: list(Reference),
  description: Type.Optional(text(1_024)),
  content: list(
    closedObject({
      attachment: closedObject({
        contentType: text(128),
        data: Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', description: 'base64' }),
        title: text(512),
        creation: Instant,
      }),
    }),
  ),
});
export type DocumentReference = Static<typeof DocumentReference>;

export const Resource = Type.Union([Observation, Device, Provenance, DocumentReference]);
export type Resource = Static<typeof Resource>;

export const Bundle = closedObject({
  ...ResourceType('Bundle'),
  identifier: Identifier,
  type: Type.Literal('collection'),
  timestamp: Instant,
  entry: list(closedObject({ fullUrl: UrnUuid, resource: Resource })),
});
export type Bundle = Static<typeof Bundle>;
