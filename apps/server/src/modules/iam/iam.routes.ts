import { routes } from '@marsad/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { route } from '../../platform/http/route.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import type { AccessTokenIssuer } from './access-token-issuer.ts';
import type { IamService, OpenSession } from './iam.service.ts';
import type { PlayersService } from './players.service.ts';

const cookieName = 'marsad_refresh';
const cookiePath = '/api/v1/auth';

export interface IamRoutesOptions {
  readonly iam: IamService;
  readonly players: PlayersService;
  readonly issuer: AccessTokenIssuer;
  readonly refreshSeconds: number;
}

export function iamRoutes(app: HttpServer, { iam, players, issuer, refreshSeconds }: IamRoutesOptions): void {
  const { auth } = routes;

  const answer = (request: FastifyRequest, reply: FastifyReply, { body, refreshToken }: OpenSession) => {
    reply.header('cache-control', 'no-store');
    reply.setCookie(cookieName, refreshToken, {
      path: cookiePath,
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      maxAge: refreshSeconds,
    });
    return body;
  };

  route(app, auth.login, async ({ body, origin, request, reply }) =>
    answer(request, reply, await iam.login(body.login, body.password, origin)),
  );
  route(app, auth.refresh, async ({ origin, request, reply }) =>
    answer(request, reply, await iam.refresh(request.cookies[cookieName], origin)),
  );
  route(app, auth.logout, async ({ origin, request, reply }) => {
    await iam.logout(request.cookies[cookieName], origin);
    reply.clearCookie(cookieName, { path: cookiePath });
  });
  route(app, auth.me, async ({ caller }) => iam.me(caller));
  route(app, auth.changePassword, async ({ caller, body }) =>
    iam.changePassword(caller, body.current_password, body.new_password),
  );
  route(app, auth.playerPassword, async ({ caller }) => players.state(caller));
  route(app, auth.makePlayerPassword, async ({ caller, reply }) => {
    reply.header('cache-control', 'no-store');
    return players.makePassword(caller);
  });
  route(app, auth.removePlayerPassword, async ({ caller }) => players.removePassword(caller));
  route(app, auth.keys, async ({ reply }) => {
    reply.header('cache-control', 'public, max-age=300');
    return issuer.keySet();
  });
}
