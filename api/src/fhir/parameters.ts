import { Type } from 'typebox';

/** https://hl7.org/fhir/R4/datatypes.html#id */
export const FhirId = Type.String({ pattern: '^[A-Za-z0-9.-]{1,64}$' });

/** Query of every route; what else a route knows it adds. */
export const FORMAT = { _format: Type.Optional(Type.String()) };
