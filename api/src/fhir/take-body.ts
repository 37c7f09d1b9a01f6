import type { FastifyRequest } from 'fastify';
import type { Json } from '../resources/json.js';

/** The body to the letter. What was validated of it goes: of a large one it is as much again. */
export function takeBody(request: FastifyRequest): Json {
  request.body = undefined;
  return request.exactBody as Json;
}
