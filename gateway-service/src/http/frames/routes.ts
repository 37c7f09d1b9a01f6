import {
  DeviceChainHead,
  FRAME_MAX_BYTES,
  FrameResult,
  HelloResult,
  type DeviceResult,
} from '@careledger/protocol';
import { Type } from 'typebox';
import { type ServiceApp, withExamples } from '@careledger/service-kit';
import type { ProblemCode } from '../../problems.js';
import type { FrameService } from './service.js';
import {
  deviceChainHead,
  frame,
  rejectedFrame,
  storedFrame,
  takenHello,
} from '@careledger/protocol/examples';

/** A compact JWS (RFC 7515 section 9.2.1). */
const MEDIA_TYPE = 'application/jose';

const Answer = Type.Union([FrameResult, HelloResult]);

const isRejected = (result: DeviceResult): boolean =>
  'status' in result ? result.status === 'rejected' : result.hello === 'rejected';

/** What a device's own token can be refused for. */
const DEVICE_PROBLEMS: readonly ProblemCode[] = [
  'DEVICE_TOKEN_INVALID',
  'DEVICE_TOKEN_EXPIRED',
  'DEVICE_TOKEN_AUDIENCE',
  'DEVICE_SUSPENDED',
  'DEVICE_REVOKED',
];

export function addFrameRoutes(app: ServiceApp, frames: FrameService): void {
  app.addContentTypeParser(MEDIA_TYPE, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.post(
    '/v1/frames',
    {
      // A frame may say that somebody is in danger: no limit ever refuses it.
      config: { public: true, rateLimit: false },
      bodyLimit: FRAME_MAX_BYTES,
      schema: {
        operationId: 'sendFrame',
        problems: [...DEVICE_PROBLEMS, 'STORE_UNAVAILABLE', 'GATEWAY_OVERLOADED', 'GATEWAY_STOPPING'],
        security: [{ device: [] }],
        unparsedBody: {
          [MEDIA_TYPE]: { type: 'string', description: 'A frame: a compact JWS', examples: [frame] },
        },
        summary:
          'One frame, or a hello, as application/jose, with the device’s token; answered when it is on disk',
        response: {
          200: withExamples(Answer, storedFrame, takenHello),
          422: withExamples(Answer, rejectedFrame),
        },
      },
    },
    async ({ body, headers }, reply) => {
      const frame = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const result = await frames.ingest(headers.authorization, frame);
      return reply.status(isRejected(result) ? 422 : 200).send(result);
    },
  );

  app.get(
    '/v1/device/head',
    {
      config: { public: true, rateLimit: false },
      schema: {
        problems: DEVICE_PROBLEMS,
        security: [{ device: [] }],
        summary: 'Where the device’s own chain stands, for one that lost its place; with the device’s token',
        response: { 200: withExamples(DeviceChainHead, deviceChainHead) },
      },
    },
    async ({ headers }) => frames.head(headers.authorization),
  );
}
