/** One authentication scheme a server offers (RFC 7235 4.1). Parameter names are lower case. */
export interface Challenge {
  /** Lower case: `basic`, `digest`, … */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** RFC 7616 algorithms that we speak; `-sess` binds the key to the first nonce pair. */
export type DigestAlgorithm = 'MD5' | 'MD5-sess' | 'SHA-256' | 'SHA-256-sess';

/**
 * Reads `WWW-Authenticate` fields. Several challenges may stand in one field or in several; cameras do both.
 * Never throws: what cannot be read is left out.
 */
export function parseChallenges(values: readonly string[]): Challenge[] {
  const challenges: Challenge[] = [];
  for (const value of values) {
    let current: { scheme: string; parameters: Map<string, string> } | null = null;
    // A scheme is a token followed by white space and no `=`; all else is a parameter of the scheme before it.
    const pattern = /([^\s,=]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?[\s,]*/g;
    for (const match of value.slice(0, 4096).matchAll(pattern)) {
      const [text, token = '', quoted, bare] = match;
      if (quoted === undefined && bare === undefined) {
        if (!/^[\w-]+$/.test(token) || text.length === 0) continue;
        current = { scheme: token.toLowerCase(), parameters: new Map() };
        challenges.push(current);
      } else current?.parameters.set(token.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '');
    }
  }
  return challenges;
}

/** The algorithm of a Digest challenge (MD5 when it names none, RFC 7616 3.3), or null for one we don't speak. */
export function digestAlgorithm(challenge: Challenge): DigestAlgorithm | null {
  const name = (challenge.parameters.get('algorithm') || 'MD5').toLowerCase();
  if (name === 'md5') return 'MD5';
  if (name === 'md5-sess') return 'MD5-sess';
  if (name === 'sha-256') return 'SHA-256';
  if (name === 'sha-256-sess') return 'SHA-256-sess';
  return null;
}

/** The `qop` to use: `auth` if offered, null if the server names none, and undefined if we can do none of its. */
export function digestQop(challenge: Challenge): 'auth' | null | undefined {
  const offered = challenge.parameters.get('qop');
  if (offered === undefined || offered.trim() === '') return null;
  return offered.split(/[\s,]+/).some((one) => one.toLowerCase() === 'auth') ? 'auth' : undefined;
}

/** The strongest challenge that can be answered: SHA-256 before MD5 before Basic; null if there is none. */
export function strongestChallenge(challenges: readonly Challenge[]): Challenge | null {
  let best: Challenge | null = null;
  for (const challenge of challenges) if (strength(challenge) > (best === null ? 0 : strength(best))) best = challenge;
  return best;
}

function strength(challenge: Challenge): number {
  if (challenge.scheme === 'basic') return 1;
  if (challenge.scheme !== 'digest' || !challenge.parameters.get('nonce')) return 0;
  const algorithm = digestAlgorithm(challenge);
  if (algorithm === null || digestQop(challenge) === undefined) return 0;
  return algorithm.startsWith('SHA-256') ? 3 : 2;
}
