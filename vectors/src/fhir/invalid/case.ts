import type { FhirErrorCode, RecordAbout } from '@careledger/fhir';
import { collectionOf, entry, observation } from '@careledger/fhir/testing';
import type { Part } from '@careledger/fhir/testing';

/** A bundle that is refused, and with which code. */
export type Case = readonly [
  name: string,
  code: FhirErrorCode,
  description: string,
  bundle: object | string,
  about?: RecordAbout,
];

/** A collection of one Observation. */
export const one = (more: Part): Part => collectionOf(entry(observation(more)));
/** An Observation under the digit 1 and what it refers to under 2. */
export const two = (more: Part, second: Part): Part =>
  collectionOf(entry(observation(more), '1'), entry(second, '2'));
export const text = JSON.stringify;
