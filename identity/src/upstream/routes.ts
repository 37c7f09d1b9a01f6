import type { ServiceApp } from '@careledger/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { InteractionResults, default as Provider } from 'oidc-provider';
import type { User, Users } from '../people/users.js';
import type { PendingSignIns } from './pending.js';
import { UpstreamRefusal, refusalOf } from './refusal.js';
import { CALLBACK_PATH, type Upstream } from './upstream.js';

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
  /** Tells that there is no such sign-in in this browser. */
  showEnded(reply: FastifyReply): FastifyReply;
  finish(request: FastifyRequest, reply: FastifyReply, result: InteractionResults): Promise<FastifyReply>;
}

const ROUTE = { config: { public: true as const }, schema: { hide: true }, exposeHeadRoute: false };

/**
 * Sign-in by way of the hospital's own provider. Who comes back has to be in the browser that was sent there: the cookie of the
 * interaction, whose path is below `/interaction/UID`, says so.
 */
export function addUpstreamRoutes(
  app: ServiceApp,
  { upstream, pending }: UpstreamOptions,
  pages: Pages,
): void {
  const { provider, users } = pages;
  const { name, unknownPersons } = upstream.config;

  app.get('/interaction/:uid/upstream', ROUTE, async (request, reply) => {
    const interaction = await provider.interactionDetails(request.raw, reply.raw);
    try {
      const url = await upstream.authorizationUrl(pending.begin(interaction.uid));
      return await reply.header('cache-control', 'no-store').redirect(url, 303);
    } catch (err) {
      request.log.warn({ err }, 'the upstream provider does not answer');
      return pages.show(reply.code(503), interaction, `${name} cannot be reached now: try again later`);
    }
  });

  // The same for every browser: only the next address has the cookie.
  app.get(CALLBACK_PATH, ROUTE, async (request, reply) => {
    const query = queryOf(request);
    const uid = pending.find(query.get('state') ?? '')?.uid;
    if (uid === undefined) return pages.showEnded(reply);
    return reply
      .header('cache-control', 'no-store')
      .redirect(`/interaction/${uid}/upstream/return?${query.toString()}`, 303);
  });

  app.get('/interaction/:uid/upstream/return', ROUTE, async (request, reply) => {
    const interaction = await provider.interactionDetails(request.raw, reply.raw);
    try {
      const user = await userOf(queryOf(request), interaction.uid);
      return await pages.finish(request, reply, { login: { accountId: user.subject, remember: false } });
    } catch (err) {
      if (!(err instanceof UpstreamRefusal)) throw err;
      request.log.warn({ err }, 'the upstream provider signed nobody in');
      return pages.show(reply.code(err.status), interaction, err.message);
    }
  });

  /** Who came back from there. @throws UpstreamRefusal */
  async function userOf(query: URLSearchParams, uid: string): Promise<User> {
    const state = query.get('state') ?? '';
    const sent = pending.find(state);
    if (sent?.uid !== uid) throw refusalOf(new Error('It is not the answer to this sign-in'), name);
    pending.end(state);
    const person = await upstream.person(query, sent).catch((err: unknown) => {
      throw refusalOf(err, name);
    });
    if (unknownPersons === 'refuse' && !users.isListed(person.profile.person))
      throw new UpstreamRefusal(403, 'This organisation has no user for you');
    const user = users.signInFromElsewhere(person.username, person.profile);
    if (user === undefined) throw new UpstreamRefusal(403, 'This organisation lets you sign in no more');
    return user;
  }
}

const queryOf = ({ url }: FastifyRequest): URLSearchParams =>
  new URL(url, 'http://identity.invalid').searchParams;
