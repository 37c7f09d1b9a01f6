/** The part of R4's definitions that is checked, as `packages/fhir/definitions` cuts it. */
export interface R4Table {
  /** By type, and by path for what a type defines within itself: `Observation`, `Quantity`, `Observation.component`. */
  readonly types: Readonly<Record<string, R4Type>>;
  /** What constraints say, by key (https://hl7.org/fhir/R4/conformance-rules.html#constraints). */
  readonly rules: Readonly<Record<string, R4Rule>>;
  /** Codes of the value sets that an element is bound to by strength `required`. */
  readonly valueSets: Readonly<Record<string, CodesBySystem>>;
  /** Codes of every code system of R4 that is complete. */
  readonly codeSystems: CodesBySystem;
}

/** Codes, one a line, by the URL of their system. */
export type CodesBySystem = Readonly<Record<string, string>>;

export interface R4Rule {
  readonly human: string;
  /** FHIRPath that has to be true. */
  readonly expression: string;
}

export interface R4Type {
  readonly elements: Readonly<Record<string, R4Element>>;
  /** Keys of the constraints on the type. */
  readonly rules?: readonly string[];
}

export interface R4Element {
  /** Types of its value: several for `value[x]`. A path names what is defined within the type. */
  readonly types: readonly string[];
  /** Whether there is at least one. */
  readonly isRequired?: true;
  /** Whether there may be several: an array in JSON. */
  readonly isList?: true;
  /** Whether it is a choice: `value` of `valueQuantity`. */
  readonly isChoice?: true;
  /** URL of the value set that has its codes. */
  readonly valueSet?: string;
  /** Types of resources to which a Reference may lead; any unless given. */
  readonly targets?: readonly string[];
  /** Keys of the constraints on the element. */
  readonly rules?: readonly string[];
}
