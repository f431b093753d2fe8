import type { FastifyInstance } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';

/** Counts and times requests by route pattern (never by address: an id in a label would grow without bound). */
export class HttpMetrics {
  readonly #requests: Counter<'method' | 'endpoint' | 'status'>;
  readonly #duration: Histogram<'method' | 'endpoint'>;

  constructor(registry: Registry) {
    this.#requests = new Counter({
      name: 'cctv_api_requests_total',
      help: 'HTTP requests answered',
      labelNames: ['method', 'endpoint', 'status'],
      registers: [registry],
    });
    this.#duration = new Histogram({
      name: 'cctv_api_request_duration_seconds',
      help: 'Time from the arrival of a request to the end of its answer',
      labelNames: ['method', 'endpoint'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    });
  }

  observe(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      const endpoint = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
      const { method } = request;
      this.#requests.inc({ method, endpoint, status: reply.statusCode });
      this.#duration.observe({ method, endpoint }, reply.elapsedTime / 1000);
    });
  }
}
