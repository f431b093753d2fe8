import type { FastifyRequest } from 'fastify';

/** The host name alone. It goes into an address that is answered, so whatever is not a host name is replaced. */
export function hostOf({ hostname }: Pick<FastifyRequest, 'hostname'>): string {
  const valid = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])$/.test(hostname);
  return valid ? hostname : 'localhost';
}
