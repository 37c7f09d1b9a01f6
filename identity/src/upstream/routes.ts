import type { ServiceApp } from '@careledger/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InteractionResults, default as Provider } from 'oidc-provider';
import type { Users } from '../people/users.js';
import type { PendingSignIns } from './pending.js';
import { CALLBACK_PATH, type Upstream, type UpstreamPerson } from './upstream.js';

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

export interface UpstreamOptions {
  readonly upstream: Upstream;
  readonly pending: PendingSignIns;
}

/** What the pages do with an interaction. */
export interface Pages {
  readonly provider: Provider;
  readonly users: Users;
  show(reply: FastifyReply, interaction: Interaction, fault?: string): FastifyReply;
  finish(request: FastifyRequest, reply: FastifyReply, result: InteractionResults): Promise<FastifyReply>;
}

const ROUTE = { config: { public: true as const }, schema: { hide: true }, exposeHeadRoute: false };

/**
 * Sign-in by way of the hospital's own provider. Who comes back has to be in the browser that was sent there: the cookie of the
 * interaction, whose path is below `/interaction/UID`, says so.
 */
export function addUpstreamRoutes(app: ServiceApp, { upstream, pending }: UpstreamOptions, pages: Pages): void {
  const { provider, users } = pages;
  const { name } = upstream.config;

  app.get('/interaction/:uid/upstream', ROUTE, async (request, reply) => {
    const interaction = await provider.interactionDetails(request.raw, reply.raw);
    try {
      return await reply
        .header('cache-control', 'no-store')
        .redirect(await upstream.authorizationUrl(pending.begin(interaction.uid)), 303);
    } catch (err) {
      request.log.warn({ err }, 'the upstream provider does not answer');
      return pages.show(reply.code(503), interaction, `${name} cannot be reached now: try again later`);
    }
  });

  app.get(CALLBACK_PATH, ROUTE, async (request, reply) => {
    const query = queryOf(request);
    const uid = pending.find(query.get('state') ?? '')?.uid;
    if (uid === undefined) return reply.callNotFound();
    return reply.redirect(`/interaction/${uid}/upstream/return?${query.toString()}`, 303);
  });

  app.get('/interaction/:uid/upstream/return', ROUTE, async (request, reply) => {
    const interaction = await provider.interactionDetails(request.raw, reply.raw);
    const person = await personOf(request, interaction.uid);
    const user = person && signedIn(person, request);
    if (user === undefined)
      return pages.show(reply.code(403), interaction, `${name} did not sign you in to this organisation`);
    return pages.finish(request, reply, { login: { accountId: user.subject, remember: false } });
  });

  /** Undefined for an answer that is not the one to this interaction. */
  async function personOf(request: FastifyRequest, uid: string): Promise<UpstreamPerson | undefined> {
    const query = queryOf(request);
    const state = query.get('state') ?? '';
    const sent = pending.find(state);
    if (sent?.uid !== uid) return undefined;
    pending.end(state);
    try {
      return await upstream.person(query, sent);
    } catch (err) {
      request.log.warn({ err }, 'the upstream provider signed nobody in');
      return undefined;
    }
  }

  function signedIn({ username, profile }: UpstreamPerson, request: FastifyRequest) {
    try {
      return users.signInFromElsewhere(username, profile);
    } catch (err) {
      request.log.warn({ err }, 'the upstream provider says too little of a person');
      return undefined;
    }
  }
}

const queryOf = ({ url }: FastifyRequest): URLSearchParams => new URL(url, 'http://identity.invalid').searchParams;
