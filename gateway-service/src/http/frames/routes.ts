import { DeviceChainHead, FRAME_MAX_BYTES, FrameResult } from '@careledger/protocol';
import type { ServiceApp } from '@careledger/service-kit';
import type { FrameService } from './service.js';

/** A compact JWS (RFC 7515 section 9.2.1). */
const MEDIA_TYPE = 'application/jose';

export function addFrameRoutes(app: ServiceApp, frames: FrameService): void {
  app.addContentTypeParser(MEDIA_TYPE, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.post(
    '/v1/frames',
    {
      config: { public: true },
      bodyLimit: FRAME_MAX_BYTES,
      schema: {
        summary: 'One frame, as application/jose, with the device’s token; answered when it is on disk',
        response: { 200: FrameResult, 422: FrameResult },
      },
    },
    async ({ body, headers }, reply) => {
      const frame = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const result = await frames.ingest(headers.authorization, frame);
      return reply.status(result.status === 'rejected' ? 422 : 200).send(result);
    },
  );

  app.get(
    '/v1/device/head',
    {
      config: { public: true },
      schema: {
        summary: 'Where the device’s own chain stands, for one that lost its place; with the device’s token',
        response: { 200: DeviceChainHead },
      },
    },
    async ({ headers }) => frames.head(headers.authorization),
  );
}
