import { join } from 'node:path';
import { AccessTokenIssuer } from '../modules/iam/access-token-issuer.ts';
import { AccountVerifier } from '../modules/iam/account-verifier.ts';
import { FirstUsers } from '../modules/iam/first-users.ts';
import { IamRepository } from '../modules/iam/iam.repository.ts';
import { IamService } from '../modules/iam/iam.service.ts';
import { LoginThrottle } from '../modules/iam/login-throttle.ts';
import { PlayersService } from '../modules/iam/players.service.ts';
import { TokenVerifier } from '../platform/auth/token-verifier.ts';
import type { Foundation } from './foundation.ts';

export type People = Awaited<ReturnType<typeof openPeople>>;

/** Who signs in, and how that is proven. Makes the first sign-ins of an empty installation. */
export async function openPeople({ config, log, now, opened, secrets, database, valkey, audit, box }: Foundation) {
  const issuer = new AccessTokenIssuer({
    privateKeyPem: secrets.issuer.privateKeyPem,
    keyId: secrets.issuer.keyId,
    lifetime: config.tokens.accessSeconds,
    now,
  });
  const firstUsers = new FirstUsers({ sql: database.sql, file: join(config.dataDir, 'first-admin.json'), log });
  await firstUsers.ensure(config.demo.listFile !== null);
  const { refreshSeconds } = config.tokens;
  const repository = new IamRepository(database.sql);
  const throttle = new LoginThrottle(valkey);
  const iam = new IamService({
    repository,
    audit,
    issuer,
    throttle,
    firstUsers,
    refreshSeconds,
    now,
  });
  const players = new PlayersService({ repository, box, audit, throttle, now });
  const forgetting = setInterval(() => {
    repository.forgetSessions(now()).catch((error) => log.debug({ err: error }, 'old sessions stay for now'));
  }, 3_600_000);
  opened.push(() => clearInterval(forgetting));
  const verifier = new AccountVerifier(new TokenVerifier([issuer.trusted], now), iam);
  return { issuer, iam, players, verifier };
}
