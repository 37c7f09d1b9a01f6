import { DeviceChainHead, FRAME_MAX_BYTES, FrameResult } from '@careledger/protocol';
import type { FastifyRequest } from 'fastify';
import { DeviceError, type Device } from '../devices/index.js';
import type { RouteContext } from './context.js';

/** A compact JWS (RFC 7515 section 9.2.1). */
const MEDIA_TYPE = 'application/jose';

/** A device's door for those without MQTT. The device's token is the credential, as its MQTT password is. */
export function addFrameRoutes({ app, gateway }: RouteContext): void {
  const { core } = gateway;
  const authenticate = (request: FastifyRequest): Device => {
    const [, token] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined)
      throw new DeviceError('DEVICE_TOKEN_INVALID', 'Send "Authorization: Bearer TOKEN"');
    return core.devices.authenticate(token);
  };

  app.register(async (scope) => {
    scope.addContentTypeParser(MEDIA_TYPE, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post(
      '/v1/frames',
      {
        config: { public: true },
        bodyLimit: FRAME_MAX_BYTES,
        schema: {
          summary: 'One frame, as application/jose, with the device’s token; answered when it is on disk',
          response: { 200: FrameResult, 422: FrameResult },
        },
      },
      async (request, reply) => {
        const device = authenticate(request);
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const result = await core.pipeline.ingest(device, body);
        return reply.status(result.status === 'rejected' ? 422 : 200).send(result);
      },
    );
  });

  app.get(
    '/v1/device/head',
    {
      config: { public: true },
      schema: {
        summary: 'Where the device’s own chain stands, for one that lost its place; with the device’s token',
        response: { 200: DeviceChainHead },
      },
    },
    async (request) => {
      const { deviceId, chain } = authenticate(request);
      const { epoch, nextSeq, head } = chain.state;
      return { deviceId, epoch, nextSeq, prev: head };
    },
  );
}
