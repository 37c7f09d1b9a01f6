export { buildApp } from './app.js';
export { ApiConfig } from './config.js';
export { openKeys } from './keys.js';
export { FHIR_TABLE, ROUTE_OF, SEARCHED_BY, SOURCES } from './fhir/table.js';
export { resultParametersOf } from './fhir/result-parameters.js';
export { problems } from './problems.js';
